package dev.tarn.http.netty;

import io.netty.buffer.ByteBuf;

/// Finds the end of a request head in the bytes of a connection, wherever they are cut. It reads no
/// more of HTTP than lines; what they say is for the decoder.
final class HeadScanner {

    /// What a scan found.
    sealed interface Finding {}

    /// The head ends before the index `end` of the buffer.
    record Complete(int end) implements Finding {}

    /// All bytes belong to the head, and there are more to come.
    record Incomplete() implements Finding {}

    /// There is a byte that no head has.
    record Flawed() implements Finding {}

    /// There are more header lines than may be.
    record TooManyHeaders() implements Finding {}

    private final int headerCountMax;
    private int headerCount;
    private boolean isRequestLine = true;
    private boolean isAfterCr;
    private boolean isAfterSpace;
    private int lineLength;

    HeadScanner(int headerCountMax) {
        this.headerCountMax = headerCountMax;
    }

    /// Looks at all readable bytes up to the end of the head, and consumes none.
    Finding scan(ByteBuf bytes) {
        for (int i = bytes.readerIndex(); i < bytes.writerIndex(); i++) {
            byte b = bytes.getByte(i);
            if (!isAllowed(b)) {
                return new Flawed();
            }
            if (b == '\n') {
                if (endLine()) {
                    return new Complete(i + 1);
                }
                if (headerCount > headerCountMax) {
                    return new TooManyHeaders();
                }
            } else if (b == '\r') {
                isAfterCr = true;
            } else {
                lineLength++;
            }
        }
        return new Incomplete();
    }

    private boolean isAllowed(byte b) {
        if (b == '\n' || isAfterCr) {
            // a line ends with both, and with them in this order (RFC 9112 §2.2)
            return b == '\n' && isAfterCr;
        }
        if (b == ' ' || b == '\t') {
            // no line starts with a space: that would continue the one before; and between the
            // parts
            // of a request line there is one, and no tab
            boolean isAllowed = lineLength > 0 && !(isRequestLine && (b == '\t' || isAfterSpace));
            isAfterSpace = true;
            return isAllowed;
        }
        isAfterSpace = false;
        return b == '\r' || b < 0 || (b > ' ' && b != 0x7f);
    }

    /// Whether the line that ends here is the empty one behind the headers. Empty lines before the
    /// request line do not count (RFC 9112 §2.2).
    private boolean endLine() {
        boolean isEmpty = lineLength == 0;
        boolean isEndOfHead = isEmpty && !isRequestLine;
        headerCount = isEndOfHead || isRequestLine ? 0 : headerCount + 1;
        isRequestLine = isEndOfHead || (isEmpty && isRequestLine);
        lineLength = 0;
        isAfterCr = false;
        return isEndOfHead;
    }
}
