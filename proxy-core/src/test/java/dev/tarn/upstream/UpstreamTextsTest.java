package dev.tarn.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tarn.oci.Secret;
import dev.tarn.pull.PageQuery;
import dev.tarn.pull.TagPage;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The small things that are read from answers: when to come again, excerpts, links, lists of tags.
class UpstreamTextsTest {

    @ParameterizedTest
    @CsvSource({
        "0, 1",
        "17, 17",
        "99999, 3600",
        "99999999999999999999, 3600",
        "-5, 60",
        "soon, 60",
        "'Mon, 23 Nov 2026 10:00:30 GMT', 30",
        "'Mon, 23 Nov 2026 09:00:00 GMT', 1",
        "'Tue, 24 Nov 2026 10:00:00 GMT', 3600"
    })
    void readsRetryAfter(String header, long seconds) {
        Instant now = Instant.parse("2026-11-23T10:00:00Z");

        assertThat(RetryAfter.parse(Optional.of(header), now)).hasSeconds(seconds);
    }

    @Test
    void withoutRetryAfterItIsAMinute() {
        assertThat(RetryAfter.parse(Optional.empty(), Instant.EPOCH)).hasSeconds(60);
    }

    @Test
    void anExcerptIsShortAndPrintable() {
        byte[] body =
                ("a\r\nb\u001b[31m\u2028c" + "x".repeat(500)).getBytes(StandardCharsets.UTF_8);

        String excerpt = Excerpt.of(body, List.of());

        assertThat(excerpt).startsWith("a b [31m cx").hasSizeLessThanOrEqualTo(201);
    }

    @Test
    void anExcerptHoldsNoSecretAndNoQuery() {
        byte[] body = "pw=s3cret at https://cdn/x?sig=abc&y=1 end".getBytes(StandardCharsets.UTF_8);

        assertThat(Excerpt.of(body, List.of(new Secret("s3cret"), new Secret(""))))
                .isEqualTo("pw=••• at https://cdn/x?… end");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "</v2/a/tags/list?last=b&n=2>; rel=\"next\"|{last=b, n=2}",
                "<https://evil.example/x?last=b%2Fc>; rel=next|{last=b/c}",
                "</first?x=1>; rel=\"first\", </next?last=y>; rel=\"next\"|{last=y}",
                "<?last=z&n=5>;rel=\"next\"|{last=z, n=5}"
            })
    void takesOnlyTheQueryOfALink(String link, String parameters) {
        assertThat(NextPage.parse(List.of(link)).orElseThrow().parameters())
                .hasToString(parameters);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "</v2/a/tags/list?last=b>; rel=\"prev\"",
                "</v2/a/tags/list>; rel=\"next\"",
                "last=b; rel=\"next\"",
                "<?last=%zz>; rel=\"next\"",
                "<?a=1&b=1&c=1&d=1&e=1&f=1&g=1&h=1&i=1&j=1&k=1&l=1&m=1&n=1&o=1&p=1&q=1>; rel=\"next\""
            })
    void aLinkThatLeadsNowhereIsNone(String link) {
        assertThat(NextPage.parse(List.of(link))).isEmpty();
    }

    private static byte[] tags(int count) {
        String names =
                String.join(
                        ",",
                        IntStream.range(0, count)
                                .mapToObj(i -> "\"t" + (10_000 + i) + "\"")
                                .toList());
        return ("{\"name\":\"a\",\"tags\":[" + names + "]}").getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void alwaysAsksForALimitedPage() {
        assertThat(TagListing.of(PageQuery.FIRST).parameters()).containsEntry("n", "1000");
        assertThat(TagListing.of(PageQuery.of(Map.of("n", "9999"))).n()).isEqualTo(1_000);
        assertThat(TagListing.of(PageQuery.of(Map.of("n", "5"))).n()).isEqualTo(5);
    }

    @Test
    void cutsAPageOutOfEverything() {
        TagPage first =
                TagListing.of(PageQuery.FIRST).read(tags(2_500), Optional.empty()).orElseThrow();
        PageQuery query = first.next().orElseThrow();
        TagPage second = TagListing.of(query).read(tags(2_500), Optional.empty()).orElseThrow();
        Map<String, String> last = new LinkedHashMap<>(second.next().orElseThrow().parameters());
        TagPage third =
                TagListing.of(PageQuery.of(last)).read(tags(2_500), Optional.empty()).orElseThrow();

        assertThat(first.tags()).hasSize(1_000).first().isEqualTo("t10000");
        assertThat(second.tags()).hasSize(1_000).first().isEqualTo("t11000");
        assertThat(third.tags()).hasSize(500).last().isEqualTo("t12499");
        assertThat(third.next()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"name\":\"a\",\"tags\":null}|true",
                "{\"tags\":[]}|true",
                "{\"tags\":\"x\"}|false",
                "{\"name\":\"a\"}|false",
                "{\"tags\":[\"a\",5]}|false",
                "{\"tags\":[\"a\\nb\"]}|false",
                "[]|false",
                "<html>|false"
            })
    void knowsAListOfTags(String json, boolean isList) {
        assertThat(
                        TagListing.of(PageQuery.FIRST)
                                .read(json.getBytes(StandardCharsets.UTF_8), Optional.empty())
                                .isPresent())
                .isEqualTo(isList);
    }

    @Test
    void readsNoJsonThatIsTooDeep() {
        String deep = "{\"a\":" + "[".repeat(100) + "]".repeat(100) + "}";

        assertThat(StrangersJson.parse(deep.getBytes(StandardCharsets.UTF_8))).isEmpty();
    }

    @Test
    void readsNoJsonThatIsMostlyBrackets() {
        String many = "{\"tags\":[" + "{},".repeat(1_000_000) + "{}]}";

        assertThat(StrangersJson.parse(many.getBytes(StandardCharsets.UTF_8))).isEmpty();
    }
}
