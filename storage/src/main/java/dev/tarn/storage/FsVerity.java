package dev.tarn.storage;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Lets the kernel look at the bytes of a file whenever it reads them from the disk: fs-verity
/// (Linux, `linux/fsverity.h`). It keeps a tree of hashes beside the file, which can never be
/// written again, and answers EIO for what does not fit it. Where the file system does not offer
/// that, says so once. Any thread may call.
final class FsVerity {

    private static final Logger LOG = LoggerFactory.getLogger(FsVerity.class);

    private static final int O_RDONLY_CLOEXEC = 0x80000;

    /// `_IOW('f', 133, struct fsverity_enable_arg)`
    private static final long FS_IOC_ENABLE_VERITY = 0x40806685L;

    /// `struct fsverity_enable_arg`: version 1, SHA-256, blocks of 4 KiB, no salt, no signature.
    private static final int ARGUMENT_BYTES = 128;

    private static final int[] ARGUMENT = {1, 1, 4_096};

    private static final int ENOTTY = 25;
    private static final int EINVAL = 22;
    private static final int EEXIST = 17;
    private static final int ENOSYS = 38;
    private static final int EOPNOTSUPP = 95;

    private volatile boolean isOffered = true;

    /// Whether it may be worth trying; false once the file system has refused.
    boolean isOffered() {
        return isOffered;
    }

    /// Turns it on for a file that nobody has open for writing.
    void enable(Path file) {
        if (!isOffered) {
            return;
        }
        try {
            int errno = Calls.enable(file);
            switch (errno) {
                case 0, EEXIST -> LOG.debug("{}: looked after by fs-verity", file);
                case ENOTTY, EINVAL, ENOSYS, EOPNOTSUPP -> giveUp(file);
                default -> LOG.warn("{}: fs-verity failed with errno {}", file, errno);
            }
        } catch (IOException | LinkageError | IllegalCallerException e) {
            LOG.warn("fs-verity is out of reach: going on without", e);
            isOffered = false;
        }
    }

    private void giveUp(Path file) {
        isOffered = false;
        LOG.warn(
                "the file system of {} does not offer fs-verity (ext4: tune2fs -O verity; or btrfs,"
                        + " f2fs): going on as with 'verify: scrub'",
                file.getParent());
    }

    /// The C library. In a class of its own, so that it is looked up only where it is used.
    @SuppressWarnings("restricted") // the program runs with --enable-native-access
    private static final class Calls {

        private static final Linker LINKER = Linker.nativeLinker();
        private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
        private static final VarHandle ERRNO =
                STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
        private static final Linker.Option CAPTURE = Linker.Option.captureCallState("errno");
        private static final MethodHandle OPEN =
                call(
                        "open",
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
                        2);
        private static final MethodHandle IOCTL =
                call(
                        "ioctl",
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT,
                                ValueLayout.JAVA_INT,
                                ValueLayout.JAVA_LONG,
                                ValueLayout.ADDRESS),
                        2);
        private static final MethodHandle CLOSE =
                LINKER.downcallHandle(
                        LINKER.defaultLookup().findOrThrow("close"),
                        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

        private static MethodHandle call(
                String name, FunctionDescriptor descriptor, int firstVariadic) {
            return LINKER.downcallHandle(
                    LINKER.defaultLookup().findOrThrow(name),
                    descriptor,
                    CAPTURE,
                    Linker.Option.firstVariadicArg(firstVariadic));
        }

        /// Nought, or the number of the error.
        static int enable(Path file) throws IOException {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment state = arena.allocate(STATE);
                MemorySegment name = arena.allocateFrom(file.toString(), StandardCharsets.UTF_8);
                int descriptor = (int) OPEN.invokeExact(state, name, O_RDONLY_CLOEXEC);
                if (descriptor < 0) {
                    return (int) ERRNO.get(state, 0L);
                }
                try {
                    MemorySegment argument = arena.allocate(ARGUMENT_BYTES, Long.BYTES);
                    MemorySegment.copy(
                            ARGUMENT, 0, argument, ValueLayout.JAVA_INT, 0, ARGUMENT.length);
                    int result =
                            (int)
                                    IOCTL.invokeExact(
                                            state, descriptor, FS_IOC_ENABLE_VERITY, argument);
                    return result == 0 ? 0 : (int) ERRNO.get(state, 0L);
                } finally {
                    var _ = (int) CLOSE.invokeExact(descriptor);
                }
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IOException("a call into the C library failed", e);
            }
        }
    }
}
