package dev.tarn.cli;

import java.io.PrintWriter;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/// A command that asks a running mirror something, or has it do something.
@Command(
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:it told what there is",
            "1:no mirror answers, or it refuses",
            "2:the command line is wrong"
        })
abstract class AdminCommand implements Callable<Integer> {

    private final Map<String, String> environment;

    @Mixin private AdminOption admin = new AdminOption();
    @Mixin private OutputOption output = new OutputOption();
    @Spec private CommandSpec spec = CommandSpec.create();

    AdminCommand(Map<String, String> environment) {
        this.environment = environment;
    }

    /// @param call of the admin API
    JsonNode ask(String call) throws InterruptedException {
        return admin.ask(call, environment);
    }

    JsonNode send(String method, String call, JsonNode body) throws InterruptedException {
        return admin.send(method, call, body, environment);
    }

    void follow(String call, Consumer<Stream<String>> lines) throws InterruptedException {
        admin.follow(call, environment, lines);
    }

    void print(JsonNode answer, Function<JsonNode, Table> table) {
        output.print(out(), answer, table);
    }

    OutputOption.Format format() {
        return output.format();
    }

    PrintWriter out() {
        return spec.commandLine().getOut();
    }

    PrintWriter err() {
        return spec.commandLine().getErr();
    }

    /// How wide the terminal is; empty where there is none.
    OptionalInt columns() {
        return ProgressLine.columns(environment);
    }

    /// A repository with its registry.
    static String name(JsonNode image) {
        return text(image, "upstream") + "/" + text(image, "repository");
    }

    /// An image in full, by its tag or its digest.
    static String image(JsonNode image) {
        String reference = text(image, "reference");
        return name(image) + (reference.contains(":") ? "@" : ":") + reference;
    }

    static String text(JsonNode object, String field) {
        JsonNode value = object.path(field);
        return value.isNull() || value.isMissingNode() ? "-" : value.asString();
    }

    /// The texts of a list, or a dash.
    static String texts(JsonNode object, String field) {
        StringBuilder texts = new StringBuilder();
        for (JsonNode text : object.path(field)) {
            texts.append(texts.isEmpty() ? "" : ", ").append(text.asString());
        }
        return texts.isEmpty() ? "-" : texts.toString();
    }
}
