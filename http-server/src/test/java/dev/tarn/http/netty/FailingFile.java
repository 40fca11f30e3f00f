package dev.tarn.http.netty;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/// A file of which the bytes from a position on cannot be read, though they are there.
final class FailingFile extends FileChannel {

    private final FileChannel file;
    private final long failsAt;

    FailingFile(FileChannel file, long failsAt) {
        this.file = file;
        this.failsAt = failsAt;
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
        if (position >= failsAt) {
            throw new IOException("Input/output error");
        }
        int limit = target.limit();
        target.limit((int) Math.min(limit, target.position() + failsAt - position));
        int count = file.read(target, position);
        target.limit(limit);
        return count;
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target)
            throws IOException {
        if (position >= failsAt) {
            throw new IOException("Input/output error");
        }
        return file.transferTo(position, Math.min(count, failsAt - position), target);
    }

    @Override
    public long size() throws IOException {
        return file.size();
    }

    @Override
    protected void implCloseChannel() throws IOException {
        file.close();
    }

    private static UnsupportedOperationException unused() {
        return new UnsupportedOperationException("nobody needs that to send a file");
    }

    @Override
    public int read(ByteBuffer target) {
        throw unused();
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) {
        throw unused();
    }

    @Override
    public int write(ByteBuffer source) {
        throw unused();
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) {
        throw unused();
    }

    @Override
    public int write(ByteBuffer source, long position) {
        throw unused();
    }

    @Override
    public long position() {
        throw unused();
    }

    @Override
    public FileChannel position(long newPosition) {
        throw unused();
    }

    @Override
    public FileChannel truncate(long size) {
        throw unused();
    }

    @Override
    public void force(boolean metaData) {
        throw unused();
    }

    @Override
    public long transferFrom(ReadableByteChannel source, long position, long count) {
        throw unused();
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long position, long size) {
        throw unused();
    }

    @Override
    public FileLock lock(long position, long size, boolean shared) {
        throw unused();
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) {
        throw unused();
    }
}
