package dev.tarn.bench.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a reader must know about where figures come from.
public final class Machine {

    private Machine() {}

    public static int cores() {
        return Runtime.getRuntime().availableProcessors();
    }

    /// Facts by name, in the order to print them.
    public static Map<String, String> facts(Path project) throws IOException {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("commit", firstLine(project, "git", "describe", "--always", "--dirty"));
        facts.put("cores", Integer.toString(cores()));
        facts.put("processor", find("/proc/cpuinfo", "model name"));
        facts.put("memory", find("/proc/meminfo", "MemTotal"));
        facts.put("kernel", System.getProperty("os.version"));
        facts.put("java", Runtime.version().toString());
        facts.put("nginx", firstLine(project, "nginx", "-v"));
        facts.put("docker-registry", firstLine(project, "docker-registry", "--version"));
        facts.put("trafficserver", firstLine(project, "traffic_server", "--version"));
        facts.put("wrk", firstLine(project, "dpkg-query", "-W", "-f", "${Version}", "wrk"));
        return facts;
    }

    private static String find(String file, String key) throws IOException {
        return Files.readAllLines(Path.of(file)).stream()
                .filter(line -> line.startsWith(key))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("unknown");
    }

    private static String firstLine(Path folder, String... command) {
        try {
            return Commands.output(folder, List.of(command)).lines().findFirst().orElse("unknown");
        } catch (IOException e) {
            return "unknown";
        }
    }
}
