package dev.tarn.oci;

import java.io.Serial;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Everything that can go wrong with a pull. Stores answer `Optional`; whoever cannot go on throws
/// one of these, and one exhaustive switch at the HTTP edge turns it into an answer.
public abstract sealed class RegistryException extends RuntimeException {

    @Serial private static final long serialVersionUID = 1L;

    private RegistryException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /// The client asked for something that the specification's grammar does not allow.
    public static final class Malformed extends RegistryException {
        @Serial private static final long serialVersionUID = 1L;
        private final ErrorCode code;

        public Malformed(ErrorCode code, String text) {
            super(text, null);
            this.code = code;
        }

        public ErrorCode code() {
            return code;
        }
    }

    /// There is no such blob, manifest, tag or repository; the upstream said so, or nobody to ask.
    public static final class Unknown extends RegistryException {
        @Serial private static final long serialVersionUID = 1L;
        private final ErrorCode code;

        public Unknown(ErrorCode code, String what) {
            super(what, null);
            this.code = code;
        }

        public ErrorCode code() {
            return code;
        }
    }

    /// A mirror is read-only, and some reads are not for it either.
    public static final class Unsupported extends RegistryException {
        @Serial private static final long serialVersionUID = 1L;

        public Unsupported(String what) {
            super(what, null);
        }
    }

    /// The upstream wants credentials that we do not have (401), or denies what they may do (403).
    public static final class Refused extends RegistryException {
        @Serial private static final long serialVersionUID = 1L;
        private final ErrorCode code;

        private Refused(ErrorCode code, String what) {
            super(what, null);
            this.code = code;
        }

        public static Refused unauthorized(String what) {
            return new Refused(ErrorCode.UNAUTHORIZED, what);
        }

        public static Refused denied(String what) {
            return new Refused(ErrorCode.DENIED, what);
        }

        public ErrorCode code() {
            return code;
        }
    }

    /// The upstream answered 429, or is not to be asked for now.
    public static final class Throttled extends RegistryException {
        @Serial private static final long serialVersionUID = 1L;
        private final Duration retryAfter;
        private final Why why;

        private enum Why {
            UNASKED,
            LEFT_ALONE,
            TOLD
        }

        /// Nobody was asked: the mirror has enough to do, or the time that an upstream has asked
        /// for is not over yet.
        public Throttled(String what, Duration retryAfter) {
            this(what, retryAfter, Why.UNASKED);
        }

        private Throttled(String what, Duration retryAfter, Why why) {
            super(what, null);
            this.retryAfter = retryAfter;
            this.why = why;
        }

        /// The upstream answers that it wants fewer requests.
        public static Throttled told(String what, Duration retryAfter) {
            return new Throttled(what, retryAfter, Why.TOLD);
        }

        /// It failed so often that it is not asked for a while.
        public static Throttled leftAlone(String what, Duration retryAfter) {
            return new Throttled(what, retryAfter, Why.LEFT_ALONE);
        }

        /// Whether this is news of the upstream, and not only our reason not to ask it.
        public boolean isTold() {
            return why == Why.TOLD;
        }

        /// Whether it is for its failures, and not for a limit of its own, that it is not asked.
        public boolean isLeftAlone() {
            return why == Why.LEFT_ALONE;
        }

        public Duration retryAfter() {
            return retryAfter;
        }
    }

    /// A range that holds no byte of the blob.
    public static final class RangeUnsatisfiable extends RegistryException {
        @Serial private static final long serialVersionUID = 1L;
        private final long size;

        public RangeUnsatisfiable(long size) {
            super("no byte of the range is among the blob's " + size, null);
            this.size = size;
        }

        public long size() {
            return size;
        }
    }

    /// The upstream could not be reached, was silent, broke off, or answered what cannot be right.
    public static final class UpstreamFailed extends RegistryException {
        @Serial private static final long serialVersionUID = 1L;
        private final Kind kind;

        /// How it failed, and with which HTTP status that goes out.
        public enum Kind {
            /// No connection: the name does not resolve, the dial was refused or not allowed.
            UNREACHABLE(502),
            /// Connected, then silent for longer than its budget.
            SILENT(504),
            /// The connection broke before the answer was whole.
            CUT_OFF(502),
            /// It says itself that it does not work: 5xx.
            BROKEN(502),
            /// An answer outside the protocol: a wrong length, a body that is not what it says.
            BAD_ANSWER(502),
            /// The bytes are not those that the digest names.
            WRONG_BYTES(502);

            private final int status;

            Kind(int status) {
                this.status = status;
            }

            public int status() {
                return status;
            }
        }

        public UpstreamFailed(Kind kind, String what) {
            this(kind, what, null);
        }

        public UpstreamFailed(Kind kind, String what, @Nullable Throwable cause) {
            super(what, cause);
            this.kind = kind;
        }

        public Kind kind() {
            return kind;
        }
    }

    /// Our own disk or index failed.
    public static final class StoreFailed extends RegistryException {
        @Serial private static final long serialVersionUID = 1L;

        public StoreFailed(String what, @Nullable Throwable cause) {
            super(what, cause);
        }
    }
}
