package dev.tarn.storage;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/// No file of this process may become larger than this until it is closed (`RLIMIT_FSIZE`): a disk
/// that is full, as far as one process can see. What is there stays, and can be read.
final class FileSizeLimit implements AutoCloseable {

    private static final int RLIMIT_FSIZE = 1;
    private static final MethodHandle GET = call("getrlimit");
    private static final MethodHandle SET = call("setrlimit");

    private final MemorySegment before = Arena.ofAuto().allocate(2 * Long.BYTES, Long.BYTES);

    FileSizeLimit(long bytes) {
        invoke(GET, before);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment limit = arena.allocate(2 * Long.BYTES, Long.BYTES);
            limit.copyFrom(before);
            limit.set(ValueLayout.JAVA_LONG, 0, bytes);
            invoke(SET, limit);
        }
    }

    @SuppressWarnings("restricted") // tests run with --enable-native-access
    private static MethodHandle call(String name) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow(name),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
    }

    private static void invoke(MethodHandle call, MemorySegment limit) {
        try {
            int result = (int) call.invokeExact(RLIMIT_FSIZE, limit);
            if (result != 0) {
                throw new IllegalStateException("the limit cannot be set");
            }
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        invoke(SET, before);
    }
}
