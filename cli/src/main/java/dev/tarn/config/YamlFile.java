package dev.tarn.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.nodes.Node;

/// A YAML file as a tree of nodes that know their line and column. Size, depth and aliases are
/// limited, so that no file makes the parser run away.
final class YamlFile {

    private static final int BYTES_MAX = 1 << 20;
    private static final int DEPTH_MAX = 20;
    private static final int ALIASES_MAX = 100;
    private static final LoadSettings SETTINGS =
            LoadSettings.builder().setAllowNonScalarKeys(true).build();

    private YamlFile() {}

    /// The root of the document, empty for an empty file; throws where the file is not YAML at all.
    static Optional<Node> read(Path file) {
        String text = text(file);
        try {
            checkLimits(file, text);
            return new Compose(SETTINGS).composeString(text);
        } catch (MarkedYamlEngineException e) {
            Optional<Mark> mark = e.getProblemMark().or(e::getContextMark);
            throw refuse(file, mark, "is not YAML: " + withoutContent(e.getProblem()));
        } catch (ReaderException e) {
            String character = "U+%04X".formatted(e.getCodePoint());
            throw refuse(
                    file, Optional.empty(), "is not YAML: it holds the character " + character);
        }
    }

    private static String text(Path file) {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(BYTES_MAX + 1);
        } catch (NoSuchFileException e) {
            throw refuse(file, Optional.empty(), "there is no such file");
        } catch (IOException e) {
            throw refuse(file, Optional.empty(), "cannot be read: " + e.getMessage());
        }
        if (bytes.length > BYTES_MAX) {
            throw refuse(file, Optional.empty(), "is larger than 1 MiB");
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw refuse(file, Optional.empty(), "is not UTF-8 text");
        }
    }

    /// The composer recurses, so the depth is looked at before it runs.
    private static void checkLimits(Path file, String text) {
        int depth = 0;
        int aliases = 0;
        for (Event event : new Parse(SETTINGS).parseString(text)) {
            switch (event) {
                case CollectionStartEvent _ -> depth++;
                case CollectionEndEvent _ -> depth--;
                case AliasEvent _ -> aliases++;
                default -> {}
            }
            if (depth > DEPTH_MAX) {
                throw refuse(
                        file, event.getStartMark(), "is nested more than " + DEPTH_MAX + " deep");
            }
            if (aliases > ALIASES_MAX) {
                throw refuse(
                        file, event.getStartMark(), "has more than " + ALIASES_MAX + " aliases");
            }
        }
    }

    /// The parser quotes names of aliases and handles of tags; a password that starts with `*` or
    /// `!` looks like one.
    private static String withoutContent(String problem) {
        if (problem.startsWith("found undefined alias")) {
            return "'*' begins an alias, and there is no such anchor (quote the text if it is none)";
        }
        return problem.startsWith("found undefined tag handle")
                ? "'!' begins a tag, and there is no such tag (quote the text if it is none)"
                : problem;
    }

    private static ConfigException refuse(Path file, Optional<Mark> mark, String text) {
        int line = mark.map(Mark::getLine).orElse(-1) + 1;
        int column = mark.map(Mark::getColumn).orElse(-1) + 1;
        return new ConfigException(List.of(new Problem(file.toString(), line, column, text)));
    }
}
