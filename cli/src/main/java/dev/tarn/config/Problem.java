package dev.tarn.config;

import java.util.Comparator;

/// One thing that is wrong with a configuration: where, which setting, and what.
///
/// @param where the name of the file, or of the environment variable
/// @param line counted from 1; 0 where the problem has no place in a file
/// @param column counted from 1; 0 where the problem has no place in a file
/// @param text what is wrong, and what would be right. Never shows a value that could be a secret
public record Problem(String where, int line, int column, String text) {

    /// In the order of the file; what has no place in it comes last.
    static final Comparator<Problem> IN_FILE_ORDER =
            Comparator.comparingInt((Problem problem) -> problem.line == 0 ? 1 : 0)
                    .thenComparingInt(Problem::line)
                    .thenComparingInt(Problem::column);

    /// `file:line:column: text`, as editors understand it.
    @Override
    public String toString() {
        return (line == 0 ? where : where + ":" + line + ":" + column) + ": " + text;
    }
}
