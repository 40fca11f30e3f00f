package dev.tarn.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// The pins that were added while the mirror ran, one a line. A file of its own, since the index is
/// thrown away where it is damaged, and nobody could find these out again.
record PinFile(Layout layout) {

    /// Throws where a line is no pin: without it, what somebody wanted to keep might go.
    List<Pin> read() throws IOException {
        List<Pin> pins = new ArrayList<>();
        if (Files.exists(layout.pins())) {
            int number = 0;
            for (String line : Files.readAllLines(layout.pins())) {
                number++;
                try {
                    pins.add(Pin.parse(line));
                } catch (IllegalArgumentException e) {
                    throw new IOException(
                            layout.pins() + ":" + number + ": '" + line + "' " + e.getMessage(), e);
                }
            }
        }
        return List.copyOf(pins);
    }

    /// The whole file is there after a power cut, or the one before.
    void write(List<Pin> pins) throws IOException {
        String text = pins.stream().map(pin -> pin + "\n").collect(Collectors.joining());
        try (FileChannel file =
                FileChannel.open(layout.pinsDraft(), CREATE, TRUNCATE_EXISTING, WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(UTF_8));
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
            file.force(true);
        }
        Files.move(layout.pinsDraft(), layout.pins(), StandardCopyOption.ATOMIC_MOVE);
        Sync.directory(layout.root());
    }
}
