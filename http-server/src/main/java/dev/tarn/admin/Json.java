package dev.tarn.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tarn.http.Response;
import java.nio.ByteBuffer;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// Objects of the API as text. Made when it is first needed, since most that is asked of an admin
/// port is not.
final class Json {

    private static final class Mapper {
        static final JsonMapper ONE =
                JsonMapper.builder()
                        .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                        .build();
    }

    private record Failure(int status, String message) {}

    String text(Object value) {
        return Mapper.ONE.writeValueAsString(value);
    }

    /// @throws IllegalArgumentException if the text is not such an object
    <T> T parse(ByteBuffer text, Class<T> type) {
        try {
            T value = Mapper.ONE.readValue(UTF_8.decode(text).toString(), type);
            if (value != null) {
                return value;
            }
        } catch (JacksonException e) {
            throw new IllegalArgumentException(
                    "the body is not as docs/api.yaml has it: " + e.getOriginalMessage(), e);
        }
        throw new IllegalArgumentException("the body is null");
    }

    Response answer(Object value) {
        return answer(200, value);
    }

    Response failure(int status, String message) {
        return answer(status, new Failure(status, message));
    }

    private Response answer(int status, Object value) {
        return Response.bytes(
                status, "application/json", ByteBuffer.wrap(text(value).getBytes(UTF_8)));
    }
}
