package dev.tarn.cli.doctor;

import dev.tarn.oci.RegistryException;
import dev.tarn.oci.RegistryException.Refused;
import dev.tarn.upstream.Examination;
import dev.tarn.upstream.Examined;
import dev.tarn.upstream.Network;
import dev.tarn.upstream.UpstreamConfig;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

/// Looks at one URL of one upstream, on a virtual thread of its own.
final class UpstreamCheck implements Callable<UpstreamCheck.Result> {
    /// As the alert has it for the mirror's own certificate.
    private static final Duration CERTIFICATE_REST_MIN = Duration.ofDays(14);

    /// What the mirror waits for an upstream that it asks about a tag.
    private static final Duration LATENCY_MAX = Duration.ofSeconds(2);

    private final UpstreamConfig upstream;
    private final URI url;
    private final Network network;

    /// @param clockOffset how far its clock is ahead of ours, where it says so
    record Result(List<Finding> findings, Optional<Clocks.Offset> clockOffset) {}

    UpstreamCheck(UpstreamConfig upstream, URI url, Network network) {
        this.upstream = upstream;
        this.url = url;
        this.network = network;
    }

    /// The registry, and where it has several URLs, which one.
    String where() {
        return upstream.urls().size() == 1
                ? upstream.host().text()
                : upstream.host() + " at " + url;
    }

    @Override
    public Result call() throws InterruptedException {
        try {
            return result(new Examination(upstream, url, network).run());
        } catch (RegistryException e) {
            return new Result(List.of(problem(e)), Optional.empty());
        } catch (IllegalArgumentException e) { // the file of its authorities, says so
            Finding unread =
                    Finding.problem(
                            where(),
                            String.valueOf(e.getMessage()),
                            "correct upstreams." + upstream.host() + ".ca");
            return new Result(List.of(unread), Optional.empty());
        }
    }

    /// What is said of one that has not answered until nobody waits any longer.
    Finding late(Duration patience) {
        return Finding.problem(
                where(),
                url + " had not answered all after " + patience.toSeconds() + " s",
                "check the network and the upstream; pulls from there will be as slow");
    }

    private Result result(Examined examined) {
        List<Finding> findings = new ArrayList<>();
        findings.add(examined.refusal().map(this::refused).orElseGet(() -> well(examined)));
        examined.certificateEnd().ifPresent(end -> findings.addAll(certificate(end)));
        findings.addAll(limit(examined));
        if (examined.latency().compareTo(LATENCY_MAX) > 0) {
            findings.add(slow(examined));
        }
        return new Result(
                findings, examined.clockOffset().map(offset -> new Clocks.Offset(where(), offset)));
    }

    private Finding problem(RegistryException failure) {
        return Finding.problem(
                where(),
                String.valueOf(failure.getMessage()),
                new Remedy(upstream).against(failure));
    }

    /// Who is nobody there may still pull what is public.
    private Finding refused(RegistryException failure) {
        if (failure instanceof Refused && upstream.credentials().isEmpty()) {
            return Finding.ok(
                    where(),
                    "answers, and lets nobody see everything without a login; if what you pull"
                            + " there is private, "
                            + new Remedy(upstream).against(failure));
        }
        return problem(failure);
    }

    private Finding well(Examined examined) {
        StringBuilder what = new StringBuilder("answers in " + millis(examined.latency()));
        what.append(" (the first time in ").append(millis(examined.first())).append(')');
        examined.proxy().ifPresent(proxy -> what.append(" through the proxy ").append(proxy));
        examined.certificateEnd().ifPresent(end -> what.append(", certificate until " + day(end)));
        what.append(
                upstream.credentials()
                        .map(it -> ", logged in as " + it.username())
                        .orElse(", without a login"));
        examined.remaining().ifPresent(it -> what.append(", " + it + " pulls left" + of(examined)));
        return Finding.ok(where(), what.toString());
    }

    private static String of(Examined examined) {
        return examined.limit().isPresent() ? " of " + examined.limit().getAsInt() : "";
    }

    private static String millis(Duration time) {
        return time.toMillis() + " ms";
    }

    private static LocalDate day(Instant end) {
        return LocalDate.ofInstant(end, ZoneOffset.UTC);
    }

    private List<Finding> certificate(Instant end) {
        Duration rest = Duration.between(Instant.now(), end);
        return rest.compareTo(CERTIFICATE_REST_MIN) > 0
                ? List.of()
                : List.of(
                        Finding.warning(
                                where(),
                                "its certificate ends on "
                                        + day(end)
                                        + ", in "
                                        + rest.toDays()
                                        + " days",
                                "have it renewed there: pulls fail from then on"));
    }

    private List<Finding> limit(Examined examined) {
        int reserve = upstream.rateLimitReserve();
        if (examined.remaining().isEmpty() || examined.remaining().getAsInt() >= reserve) {
            return List.of();
        }
        return List.of(
                Finding.warning(
                        where(),
                        "permits "
                                + examined.remaining().getAsInt()
                                + " more pulls"
                                + of(examined)
                                + ", fewer than rate-limit-reserve: "
                                + reserve,
                        "log in there for more, or wait; tags are looked at less often meanwhile"));
    }

    private Finding slow(Examined examined) {
        return Finding.warning(
                where(),
                "takes " + millis(examined.latency()) + " to answer",
                "tags are served stale where it takes longer than "
                        + LATENCY_MAX.toSeconds()
                        + " s to look: check the network, or name a URL that is nearer");
    }
}
