package dev.tarn.cli.doctor;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;

/// The file systems of this machine, by `statvfs` (POSIX): the JDK knows nothing of inodes. Where
/// developers have something else than Linux, nobody asks for those.
final class Statvfs implements FileSystems {

    /// More than `struct statvfs` has anywhere.
    private static final int STRUCT_BYTES = 256;

    // The struct's first fields on 64-bit Linux, with glibc and with musl: 8 bytes each.
    private static final int FRSIZE = 1;
    private static final int BLOCKS = 2;
    private static final int BFREE = 3;
    private static final int BAVAIL = 4;
    private static final int FILES = 5;
    private static final int FAVAIL = 7;

    @Override
    public Fullness of(Path path) throws IOException {
        return System.getProperty("os.name").equals("Linux") ? byStatvfs(path) : byJdk(path);
    }

    private static Fullness byJdk(Path path) throws IOException {
        FileStore files = Files.getFileStore(path);
        long bytes = files.getTotalSpace();
        return new Fullness(
                bytes, bytes - files.getUnallocatedSpace(), files.getUsableSpace(), 0, 0);
    }

    private static Fullness byStatvfs(Path path) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment answer = arena.allocate(STRUCT_BYTES, Long.BYTES);
            MemorySegment name = arena.allocateFrom(path.toString(), StandardCharsets.UTF_8);
            if (Calls.statvfs(name, answer) != 0) {
                throw new IOException(path + ": the file system does not say how full it is");
            }
            long unit = field(answer, FRSIZE);
            long blocks = field(answer, BLOCKS);
            return new Fullness(
                    blocks * unit,
                    (blocks - field(answer, BFREE)) * unit,
                    field(answer, BAVAIL) * unit,
                    field(answer, FILES),
                    field(answer, FAVAIL));
        }
    }

    private static long field(MemorySegment answer, int index) {
        return answer.getAtIndex(ValueLayout.JAVA_LONG, index);
    }

    /// The C library. In a class of its own, so that it is looked up only where it is used.
    @SuppressWarnings("restricted") // the program runs with --enable-native-access
    private static final class Calls {

        private static final Linker LINKER = Linker.nativeLinker();
        private static final MethodHandle STATVFS =
                LINKER.downcallHandle(
                        LINKER.defaultLookup().findOrThrow("statvfs"),
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS));

        static int statvfs(MemorySegment name, MemorySegment answer) throws IOException {
            try {
                return (int) STATVFS.invokeExact(name, answer);
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IOException("a call into the C library failed", e);
            }
        }
    }
}
