package dev.tarn.cli;

import dev.tarn.admin.Api;
import dev.tarn.admin.Operations;
import dev.tarn.admin.push.PushReceiver;
import dev.tarn.oci.Digest;
import dev.tarn.oci.ImageName;
import dev.tarn.oci.Tag;
import dev.tarn.storage.DiskStore;
import dev.tarn.storage.ImageReference;
import dev.tarn.storage.Pin;
import dev.tarn.storage.Purge;
import dev.tarn.storage.Purged;
import dev.tarn.storage.StoredTag;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// What the admin API does to one mirror.
record MirrorOperations(DiskStore disk, Api api, PushReceiver pushes) implements Operations {

    @Override
    public Api.ScrubPass startScrub() {
        disk.startScrub();
        return api.scrub();
    }

    @Override
    public Api.Pins pin(PinRequest pattern) throws IOException {
        disk.pin(parse(pattern));
        return api.pins();
    }

    @Override
    public Api.Pins unpin(PinRequest pattern) throws IOException {
        Pin pin = parse(pattern);
        if (!disk.unpin(pin)) {
            throw new IllegalArgumentException(
                    disk.configuredPins().contains(pin)
                            ? "'" + pin + "' is in storage.pins: take it out of the configuration"
                            : "there is no pin '" + pin + "'");
        }
        return api.pins();
    }

    private static Pin parse(PinRequest pattern) {
        try {
            return Pin.parse(pattern.pattern());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("'" + pattern.pattern() + "' " + e.getMessage(), e);
        }
    }

    @Override
    public Api.Purged purge(PurgeRequest purge) throws IOException, InterruptedException {
        List<Api.PurgedImage> images = new ArrayList<>();
        List<ImageReference> going = new ArrayList<>();
        for (ImageName name : purge.images().stream().map(ImageName::parse).toList()) {
            List<StoredTag> tags = tags(name);
            List<String> pins =
                    tags.stream()
                            .flatMap(tag -> disk.pinsOf(name.place(), new Tag(tag.tag())).stream())
                            .map(Object::toString)
                            .distinct()
                            .toList();
            String result = !pins.isEmpty() ? "pinned" : isHere(name, tags) ? "purged" : "missing";
            images.add(new Api.PurgedImage(name.toString(), result, pins));
            if (result.equals("purged")) {
                going.add(new ImageReference(name.place(), name.reference()));
            }
        }
        Purge prepared = disk.preparePurge(going);
        Purged gone = purge.isDryRun() ? prepared.expected() : prepared.run();
        return new Api.Purged(
                purge.isDryRun(),
                images,
                gone.manifests(),
                gone.blobs(),
                gone.bytes(),
                gone.sharedBlobs(),
                gone.sharedBytes(),
                gone.busyBlobs(),
                gone.busyBytes());
    }

    /// The tags that go with an image: its own or, of a digest, all that mean it.
    private List<StoredTag> tags(ImageName name) throws IOException {
        String reference = name.reference().toString();
        return disk.tags(name.place()).stream()
                .filter(tag ->
                        tag.tag().equals(reference)
                                || tag.entry().descriptor().digest().toString().equals(reference))
                .toList();
    }

    private boolean isHere(ImageName name, List<StoredTag> tags) {
        return !tags.isEmpty()
                || (name.reference() instanceof Digest digest
                        && disk.manifests().isLinked(name.place(), digest));
    }
}
