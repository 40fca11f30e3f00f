package dev.tarn.cli;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1DaemonSet;
import io.kubernetes.client.openapi.models.V1Ingress;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1ServiceAccount;
import io.kubernetes.client.openapi.models.V1StatefulSet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// One object of a manifest, as Kubernetes would get it.
record KubernetesObject(JsonNode json) {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    /// The objects of a manifest, in which every key may be there once only.
    static List<KubernetesObject> parse(String manifest) {
        List<KubernetesObject> objects = new ArrayList<>();
        for (Object document :
                new Load(LoadSettings.builder().setAllowDuplicateKeys(false).build())
                        .loadAllFromString(manifest)) {
            objects.add(new KubernetesObject(JSON.valueToTree(document)));
        }
        return objects;
    }

    String kind() {
        return json.path("kind").asString();
    }

    /// Fails with what is wrong, if it has a field that its kind has not, or lacks one.
    void validate() throws IOException {
        JsonElement element = JsonParser.parseString(json.toString());
        switch (json.path("apiVersion").asString() + " " + kind()) {
            case "apps/v1 DaemonSet" -> V1DaemonSet.validateJsonElement(element);
            case "apps/v1 StatefulSet" -> V1StatefulSet.validateJsonElement(element);
            case "networking.k8s.io/v1 Ingress" -> V1Ingress.validateJsonElement(element);
            case "policy/v1 PodDisruptionBudget" ->
                    V1PodDisruptionBudget.validateJsonElement(element);
            case "v1 ConfigMap" -> V1ConfigMap.validateJsonElement(element);
            case "v1 Service" -> V1Service.validateJsonElement(element);
            case "v1 ServiceAccount" -> V1ServiceAccount.validateJsonElement(element);
            // no part of Kubernetes; its definition is the Prometheus operator's
            case "monitoring.coreos.com/v1 ServiceMonitor" -> {}
            case String other -> throw new IOException("Kubernetes has no " + other);
        }
    }
}
