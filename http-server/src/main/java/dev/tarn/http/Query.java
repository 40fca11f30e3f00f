package dev.tarn.http;

import dev.tarn.oci.ErrorCode;
import dev.tarn.oci.RegistryException.Malformed;
import dev.tarn.pull.PageQuery;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;

/// The query parameters of a request, decoded once at the edge (RFC 3986 §3.4). Strict: a broken
/// escape, bytes that are not UTF-8, a control character or a parameter given twice is a malformed
/// request. A `+` is a plus sign: media types are full of them, and nothing that we take contains a
/// space.
public record Query(SequencedMap<String, String> parameters) {

    public static final Query NONE = new Query(new LinkedHashMap<>());

    private static final int PARAMETERS_MAX = 32;
    private static final String ALLOWED = "-._~!$'()*+,;:@/?";

    public Query {
        parameters = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(parameters));
    }

    /// Reads what stands behind the `?` of a request target.
    public static Query parse(String raw) {
        if (raw.isEmpty()) {
            return NONE;
        }
        String[] pairs = raw.split("&", -1);
        if (pairs.length > PARAMETERS_MAX) {
            throw malformed("more than " + PARAMETERS_MAX + " parameters");
        }
        SequencedMap<String, String> parameters = new LinkedHashMap<>();
        for (String pair : pairs) {
            int equals = pair.indexOf('=');
            String name = decode(equals < 0 ? pair : pair.substring(0, equals));
            String value = equals < 0 ? "" : decode(pair.substring(equals + 1));
            if (parameters.put(name, value) != null) {
                throw malformed("a parameter is given twice");
            }
        }
        return new Query(parameters);
    }

    public Optional<String> find(String name) {
        return Optional.ofNullable(parameters.get(name));
    }

    /// Writes parameters as they stand in a URI, everything but unreserved characters escaped.
    static String encode(PageQuery query) {
        StringBuilder text = new StringBuilder();
        query.parameters()
                .forEach((name, value) ->
                        text.append(text.isEmpty() ? "" : "&")
                                .append(encode(name))
                                .append('=')
                                .append(encode(value)));
        return text.toString();
    }

    private static String encode(String text) {
        StringBuilder encoded = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            if (isAlphanumeric(b) || "-._~".indexOf(b) >= 0) {
                encoded.append((char) b);
            } else {
                encoded.append('%')
                        .append(Character.toUpperCase(Character.forDigit((b >> 4) & 0xf, 16)))
                        .append(Character.toUpperCase(Character.forDigit(b & 0xf, 16)));
            }
        }
        return encoded.toString();
    }

    private static String decode(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%') {
                bytes.write(escapedByte(text, i));
                i += 2;
            } else if (isAlphanumeric(c) || c == '=' || ALLOWED.indexOf(c) >= 0) {
                bytes.write(c);
            } else {
                throw malformed("a character that must be escaped");
            }
        }
        String decoded = utf8(bytes.toByteArray());
        if (decoded.chars().anyMatch(Character::isISOControl)) {
            throw malformed("a control character");
        }
        return decoded;
    }

    private static int escapedByte(String text, int percent) {
        int high = digit(text, percent + 1);
        int low = digit(text, percent + 2);
        if (high < 0 || low < 0) {
            throw malformed("a '%' without two hexadecimal digits");
        }
        return (high << 4) | low;
    }

    private static int digit(String text, int position) {
        char c = position < text.length() ? text.charAt(position) : ' ';
        return c < 0x80 ? Character.digit(c, 16) : -1;
    }

    private static String utf8(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw malformed("bytes that are not UTF-8");
        }
    }

    private static boolean isAlphanumeric(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }

    private static Malformed malformed(String what) {
        return new Malformed(ErrorCode.UNSUPPORTED, "the query has " + what);
    }
}
