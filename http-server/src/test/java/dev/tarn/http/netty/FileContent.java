package dev.tarn.http.netty;

import dev.tarn.http.Handler;
import dev.tarn.http.Question;
import dev.tarn.http.Request;
import dev.tarn.http.Response;
import dev.tarn.http.Response.Sent;
import dev.tarn.oci.ContentRange;
import dev.tarn.pull.BlobFile;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/// A whole blob in a file, at hand for whoever asks: the bytes of `PatternContent`.
final class FileContent implements BlobFile, Handler {

    final AtomicInteger looks = new AtomicInteger();
    final AtomicInteger closes = new AtomicInteger();
    final List<Sent> sent = new CopyOnWriteArrayList<>();

    private final Path path;
    private FileChannel file;
    private final long size;
    private volatile boolean isResident = true;

    FileContent(Path path, int size) throws IOException {
        byte[] bytes = new byte[size];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = PatternContent.at(i);
        }
        Files.write(path, bytes);
        this.path = path;
        this.file = FileChannel.open(path);
        this.size = size;
    }

    FileContent onDiskOnly() {
        isResident = false;
        return this;
    }

    FileContent truncated(long length) throws IOException {
        try (FileChannel writer = FileChannel.open(path, StandardOpenOption.WRITE)) {
            writer.truncate(length);
        }
        return this;
    }

    FileContent unreadableAt(long position) {
        file = new FailingFile(file, position);
        return this;
    }

    @Override
    public Question understand(Request request) {
        return new Question() {
            @Override
            public Response answer() {
                throw new IllegalStateException("it was at hand");
            }

            @Override
            public Optional<Response> recall() {
                return Optional.of(
                        Response.blob(200, FileContent.this, ContentRange.whole(size))
                                .whenSent(sent::add));
            }
        };
    }

    @Override
    public long awaitSize() {
        return size;
    }

    @Override
    public long awaitReadable(long position) {
        return size;
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
        int count = file.read(target, position);
        if (count < 0) {
            throw new EOFException("the file ends before byte " + position);
        }
        return count;
    }

    @Override
    public FileChannel channel() {
        return file;
    }

    @Override
    public long fileLength() throws IOException {
        return Files.size(path);
    }

    @Override
    public boolean isResident(long start, long end) {
        looks.incrementAndGet();
        return isResident;
    }

    @Override
    public void close() {
        closes.incrementAndGet();
    }

    void delete() throws IOException {
        file.close();
    }
}
