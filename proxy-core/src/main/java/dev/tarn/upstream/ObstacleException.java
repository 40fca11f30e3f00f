package dev.tarn.upstream;

import dev.tarn.oci.RegistryException.UpstreamFailed;
import dev.tarn.oci.RegistryException.UpstreamFailed.Kind;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/// The cause of an `UpstreamFailed` for which there is a remedy.
public final class ObstacleException extends Exception {
    @Serial private static final long serialVersionUID = 1L;

    private final Obstacle obstacle;
    private final String subject;

    private ObstacleException(Obstacle obstacle, String subject, @Nullable Throwable cause) {
        super(obstacle + " " + subject, cause);
        this.obstacle = obstacle;
        this.subject = subject;
    }

    /// The failure to throw.
    ///
    /// @param subject the host that it is about, with the port where that is not the usual one
    /// @param what for people
    static UpstreamFailed failure(
            Kind kind, Obstacle obstacle, String subject, String what, @Nullable Throwable cause) {
        return new UpstreamFailed(kind, what, new ObstacleException(obstacle, subject, cause));
    }

    public Obstacle obstacle() {
        return obstacle;
    }

    public String subject() {
        return subject;
    }
}
