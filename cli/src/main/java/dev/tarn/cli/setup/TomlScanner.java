package dev.tarn.cli.setup;

import java.util.ArrayList;
import java.util.List;

/// Finds where the tables and the values of a TOML text are. The text has been parsed before: it is
/// known to be TOML.
final class TomlScanner {

    /// `[a.b]` or `[[a.b]]`, with the lines of comment right above it.
    ///
    /// @param start of the first of those lines
    /// @param end of its own line, behind the line break
    record Header(List<String> table, int start, int end) {}

    /// `key = value`.
    ///
    /// @param key whole, with that of its table
    record Assignment(List<String> key, int start, int valueStart, int valueEnd) {}

    private final String text;
    private final List<Header> headers = new ArrayList<>();
    private final List<Assignment> assignments = new ArrayList<>();
    private List<String> table = List.of();
    private int position;

    TomlScanner(String text) {
        this.text = text;
        int comment = -1; // where the lines of comment above began
        while (position < text.length()) {
            int line = position;
            skipBlanks();
            if (at("\n") || at("\r\n") || position == text.length()) {
                comment = -1;
                skipLine();
            } else if (at("#")) {
                comment = comment < 0 ? line : comment;
                skipLine();
            } else if (at("[")) {
                header(comment < 0 ? line : comment);
                comment = -1;
            } else {
                assignment();
                comment = -1;
            }
        }
    }

    List<Header> headers() {
        return headers;
    }

    List<Assignment> assignments() {
        return assignments;
    }

    private void header(int start) {
        position += at("[[") ? 2 : 1;
        table = key();
        skipLine();
        headers.add(new Header(table, start, position));
    }

    private void assignment() {
        int start = position;
        List<String> key = new ArrayList<>(table);
        key.addAll(key());
        position = text.indexOf('=', position) + 1;
        skipBlanks();
        int valueStart = position;
        skipValue();
        assignments.add(new Assignment(List.copyOf(key), start, valueStart, position));
        skipLine();
    }

    /// Parts with dots between them, each bare or in quotes.
    private List<String> key() {
        List<String> parts = new ArrayList<>();
        do {
            skipBlanks();
            int start = position;
            if (at("\"") || at("'")) {
                skipString();
                parts.add(unquoted(text.substring(start, position)));
            } else {
                while (Character.isLetterOrDigit(text.charAt(position)) || at("_") || at("-")) {
                    position++;
                }
                parts.add(text.substring(start, position));
            }
            skipBlanks();
        } while (at(".") && ++position > 0);
        return List.copyOf(parts);
    }

    /// Of registries and plugins; none of their names has anything to escape.
    private static String unquoted(String quoted) {
        return quoted.substring(1, quoted.length() - 1);
    }

    private void skipValue() {
        if (at("\"") || at("'")) {
            skipString();
        } else if (at("[") || at("{")) {
            skipNested();
        } else {
            while (position < text.length() && !at("#") && !at("\n") && !at("\r")) {
                position++;
            }
        }
    }

    private void skipNested() {
        int depth = 0;
        do {
            if (at("\"") || at("'")) {
                skipString();
                continue;
            }
            if (at("#")) {
                skipLine();
                continue;
            }
            if (at("[") || at("{")) {
                depth++;
            } else if (at("]") || at("}")) {
                depth--;
            }
            position++;
        } while (depth > 0);
    }

    private void skipString() {
        String quote = text.substring(position, position + 1);
        String end = at(quote.repeat(3)) ? quote.repeat(3) : quote;
        position += end.length();
        while (!at(end)) {
            position += quote.equals("\"") && at("\\") ? 2 : 1;
        }
        position += end.length();
        while (end.length() == 3 && at(quote)) { // two more may belong to it
            position++;
        }
    }

    private void skipBlanks() {
        while (at(" ") || at("\t")) {
            position++;
        }
    }

    private void skipLine() {
        int end = text.indexOf('\n', position);
        position = end < 0 ? text.length() : end + 1;
    }

    private boolean at(String what) {
        return text.startsWith(what, position);
    }
}
