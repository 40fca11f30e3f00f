package dev.tarn.admin;

import tools.jackson.databind.json.JsonMapper;

/// Objects of the API as text. Made when it is first needed, since most that is asked of an admin
/// port is not.
final class Json {

    private static final class Mapper {
        static final JsonMapper ONE = JsonMapper.builder().build();
    }

    String text(Object value) {
        return Mapper.ONE.writeValueAsString(value);
    }
}
