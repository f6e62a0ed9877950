package io.factstream.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.AnnotatedMember;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.factstream.config.KnownSettings;
import io.factstream.config.Setting;
import io.factstream.routes.Defaults;
import io.factstream.routes.RouteFolder;
import io.factstream.routes.StreamDefinitions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

/** Reads the files for Docker compose and Kubernetes, since neither is where the tests run. */
class DeploymentFilesTest {

    private static final Path KUBERNETES = Path.of("deploy", "kubernetes");

    /** The types of Kubernetes' API as they are, without the place where they would keep what they do not know. */
    private static final ObjectMapper STRICT = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .annotationIntrospector(new JacksonAnnotationIntrospector() {
                @Override
                public Boolean hasAnySetter(com.fasterxml.jackson.databind.introspect.Annotated member) {
                    return member instanceof AnnotatedMember ? false : super.hasAnySetter(member);
                }
            })
            .build();

    private static final Map<String, Class<?>> TYPES = Map.of(
            "v1 Namespace", Namespace.class,
            "v1 Secret", Secret.class,
            "v1 ConfigMap", ConfigMap.class,
            "v1 PersistentVolumeClaim", PersistentVolumeClaim.class,
            "apps/v1 Deployment", Deployment.class,
            "networking.k8s.io/v1 NetworkPolicy", NetworkPolicy.class);

    private static final Map<String, List<JsonNode>> FILES = new LinkedHashMap<>();

    @BeforeAll
    static void read() throws IOException {
        try (Stream<Path> files = Files.list(KUBERNETES)) {
            for (Path file : files.sorted().toList()) {
                List<JsonNode> documents = new ArrayList<>();
                new Yaml()
                        .loadAll(Files.readString(file))
                        .forEach(document -> documents.add(STRICT.valueToTree(document)));
                FILES.put(file.getFileName().toString(), documents);
            }
        }
    }

    private static Stream<JsonNode> objects() {
        return FILES.entrySet().stream()
                .filter(file -> !file.getKey().equals("kustomization.yaml"))
                .flatMap(file -> file.getValue().stream());
    }

    private static <T> List<T> all(Class<T> type) {
        return objects()
                .filter(object -> type.equals(TYPES.get(kind(object))))
                .map(object -> STRICT.convertValue(object, type))
                .toList();
    }

    private static <T> T one(Class<T> type) {
        assertThat(all(type)).hasSize(1);
        return all(type).get(0);
    }

    private static String kind(JsonNode object) {
        return object.path("apiVersion").textValue() + " " + object.path("kind").textValue();
    }

    private static PodSpec pod() {
        return one(Deployment.class).getSpec().getTemplate().getSpec();
    }

    private static Container factstream() {
        assertThat(pod().getContainers()).hasSize(1);
        return pod().getContainers().get(0);
    }

    @Test
    void every_object_has_the_fields_of_its_type_and_no_others() {
        assertThat(objects().filter(object -> !object.path("kind").textValue().equals("PodMonitor")))
                .isNotEmpty()
                .allSatisfy(object -> {
                    Class<?> type = TYPES.get(kind(object));
                    assertThat(type).as(kind(object)).isNotNull();
                    assertThatCode(() -> STRICT.convertValue(object, type)).doesNotThrowAnyException();
                });
    }

    @Test
    void the_kustomization_names_every_file_and_no_other() {
        List<String> named = new ArrayList<>();
        Objects.requireNonNull(FILES.get("kustomization.yaml"))
                .get(0)
                .path("resources")
                .forEach(file -> named.add(file.textValue()));

        Set<String> files = new HashSet<>(FILES.keySet());
        files.remove("kustomization.yaml");
        assertThat(named).containsExactlyInAnyOrderElementsOf(files);
    }

    @Test
    void every_object_is_in_one_namespace_and_belongs_to_factstream() {
        String namespace = one(Namespace.class).getMetadata().getName();

        assertThat(objects().filter(object -> !object.path("kind").textValue().equals("Namespace")))
                .allSatisfy(object -> {
                    assertThat(object.path("metadata").path("namespace").textValue())
                            .isEqualTo(namespace);
                    assertThat(object.path("metadata")
                                    .path("labels")
                                    .path("app.kubernetes.io/name")
                                    .textValue())
                            .isEqualTo("factstream");
                });
    }

    @Test
    void deployment_policy_and_monitor_mean_the_same_pod_and_port() {
        Deployment deployment = one(Deployment.class);
        Map<String, String> labels =
                deployment.getSpec().getTemplate().getMetadata().getLabels();
        NetworkPolicy policy = one(NetworkPolicy.class);
        JsonNode monitor = objects()
                .filter(object -> object.path("kind").textValue().equals("PodMonitor"))
                .findAny()
                .orElseThrow();

        assertThat(deployment.getSpec().getSelector().getMatchLabels()).isEqualTo(labels);
        assertThat(policy.getSpec().getPodSelector().getMatchLabels()).isEqualTo(labels);
        assertThat(STRICT.<Map<String, String>>convertValue(
                        monitor.at("/spec/selector/matchLabels"), new TypeReference<Map<String, String>>() {}))
                .isEqualTo(labels);
        String port = factstream().getPorts().get(0).getName();
        assertThat(policy.getSpec()
                        .getIngress()
                        .get(0)
                        .getPorts()
                        .get(0)
                        .getPort()
                        .getStrVal())
                .isEqualTo(port);
        assertThat(monitor.at("/apiVersion").textValue()).isEqualTo("monitoring.coreos.com/v1");
        assertThat(monitor.at("/spec/podMetricsEndpoints/0/port").textValue()).isEqualTo(port);
        assertThat(monitor.at("/spec/podMetricsEndpoints/0/path").textValue()).isEqualTo("/observe/metrics");
        assertThat(String.valueOf(factstream().getPorts().get(0).getContainerPort()))
                .isEqualTo(environment().get("FACTSTREAM_MANAGEMENT_PORT"));
    }

    @Test
    void one_runtime_runs_at_a_time_and_is_given_the_time_to_finish() {
        assertThat(one(Deployment.class).getSpec().getReplicas()).isEqualTo(1);
        assertThat(one(Deployment.class).getSpec().getStrategy().getType()).isEqualTo("Recreate");
        assertThat(Duration.ofSeconds(pod().getTerminationGracePeriodSeconds()))
                .isGreaterThan(KnownSettings.SHUTDOWN_TIMEOUT.type().parse("30s"));
    }

    @Test
    void probes_ask_the_management_port_for_what_each_is_for() {
        Container container = factstream();
        String port = container.getPorts().get(0).getName();

        assertThat(List.of(container.getStartupProbe(), container.getLivenessProbe()))
                .allSatisfy(probe -> assertThat(probe.getHttpGet().getPath()).isEqualTo("/observe/health/live"));
        assertThat(container.getReadinessProbe().getHttpGet().getPath()).isEqualTo("/observe/health/ready");
        assertThat(List.of(container.getStartupProbe(), container.getLivenessProbe(), container.getReadinessProbe()))
                .allSatisfy(probe ->
                        assertThat(probe.getHttpGet().getPort().getStrVal()).isEqualTo(port));
    }

    @Test
    void whatever_is_mounted_is_there_and_what_must_outlive_the_pod_does() {
        Map<String, Volume> volumes =
                pod().getVolumes().stream().collect(Collectors.toMap(Volume::getName, volume -> volume));
        List<VolumeMount> mounts = factstream().getVolumeMounts();
        assertThat(mounts).extracting(VolumeMount::getName).containsAll(volumes.keySet());
        assertThat(volumes.keySet())
                .containsAll(mounts.stream().map(VolumeMount::getName).toList());

        Set<String> claims = all(PersistentVolumeClaim.class).stream()
                .map(claim -> claim.getMetadata().getName())
                .collect(Collectors.toSet());
        assertThat(volumes.values().stream()
                        .filter(volume -> volume.getPersistentVolumeClaim() != null)
                        .map(volume -> volume.getPersistentVolumeClaim().getClaimName()))
                .containsExactlyInAnyOrderElementsOf(claims);
        Map<String, String> places = factstream().getVolumeMounts().stream()
                .collect(Collectors.toMap(VolumeMount::getName, VolumeMount::getMountPath));
        assertThat(environment().get("FACTSTREAM_SOURCE_FILE")).startsWith(places.get("data") + "/");
        // Where the image puts it.
        assertThat(places).containsEntry("state", "/state").containsEntry("routes", "/routes");
        assertThat(Objects.requireNonNull(volumes.get("routes")).getConfigMap().getName())
                .isEqualTo(one(ConfigMap.class).getMetadata().getName());
        assertThat(Objects.requireNonNull(volumes.get("secrets")).getSecret().getSecretName())
                .isEqualTo(one(Secret.class).getMetadata().getName());
    }

    @Test
    void secrets_are_read_from_files_that_the_secret_has_and_none_is_in_the_repository() {
        String place = factstream().getVolumeMounts().stream()
                .filter(mount -> mount.getName().equals("secrets"))
                .map(VolumeMount::getMountPath)
                .findAny()
                .orElseThrow();
        List<String> files = environment().entrySet().stream()
                .filter(variable -> variable.getKey().endsWith("_FILE")
                        && variable.getValue().startsWith("/run"))
                .map(Map.Entry::getValue)
                .toList();

        Map<String, String> secret = one(Secret.class).getStringData();
        assertThat(files)
                .containsExactlyInAnyOrderElementsOf(
                        secret.keySet().stream().map(key -> place + "/" + key).toList());
        assertThat(secret.values()).allMatch(value -> value.contains("REPLACE"));
    }

    @Test
    void the_pod_may_do_no_more_than_it_must_as_the_user_of_the_image() throws IOException {
        assertThat(Files.readString(Path.of("Dockerfile"))).contains("USER 10001:10001");
        assertThat(pod().getSecurityContext().getRunAsUser()).isEqualTo(10_001);
        assertThat(pod().getSecurityContext().getFsGroup()).isEqualTo(10_001);
        assertThat(pod().getSecurityContext().getRunAsNonRoot()).isTrue();
        assertThat(pod().getAutomountServiceAccountToken()).isFalse();
        assertThat(pod().getInitContainers()).isEmpty();
        assertThat(pod().getContainers()).allSatisfy(container -> {
            assertThat(container.getSecurityContext().getAllowPrivilegeEscalation())
                    .isFalse();
            assertThat(container.getSecurityContext().getReadOnlyRootFilesystem())
                    .isTrue();
            assertThat(container.getSecurityContext().getCapabilities().getDrop())
                    .containsExactly("ALL");
            assertThat(container.getResources().getLimits()).containsKey("memory");
        });
    }

    @Test
    void every_variable_is_a_setting_that_takes_its_value() throws IOException {
        Map<String, String> compose = new LinkedHashMap<>();
        compose()
                .at("/services/factstream/environment")
                .properties()
                .forEach(variable ->
                        compose.put(variable.getKey(), variable.getValue().asText()));

        for (Map<String, String> environment : List.of(environment(), compose)) {
            assertThat(environment).isNotEmpty();
            environment.forEach((name, value) -> {
                Setting<?> setting = KnownSettings.GROUPS.stream()
                        .flatMap(group -> group.settings().stream())
                        .filter(known -> known.environmentVariable().equals(name))
                        .findAny()
                        .orElseThrow(() -> new AssertionError(name + " is no setting"));
                if (!value.startsWith("${")) {
                    assertThat((Object) setting.type().parse(value)).isNotNull();
                }
            });
        }
    }

    @Test
    void the_streams_of_the_config_map_are_accepted_beside_the_shared_flow(@TempDir Path folder) throws IOException {
        for (Map.Entry<String, String> file : one(ConfigMap.class).getData().entrySet()) {
            Files.writeString(folder.resolve(file.getKey()), file.getValue());
        }

        RouteFolder mounted = new RouteFolder(folder, Path.of("routes", "flow"));

        Defaults.check(mounted);

        assertThat(new StreamDefinitions(mounted, Defaults.values())
                        .stream("refund-paid").fingerprint())
                .hasSize(64);
    }

    @Test
    void no_address_of_a_service_comes_among_the_settings() {
        assertThat(pod().getEnableServiceLinks()).isFalse();
    }

    @Test
    void compose_runs_one_confined_service_with_what_it_names() throws IOException {
        JsonNode compose = compose();
        JsonNode service = compose.at("/services/factstream");

        assertThat(names(compose)).containsExactlyInAnyOrder("name", "services", "volumes", "secrets");
        assertThat(names(service))
                .isSubsetOf(
                        "build",
                        "image",
                        "restart",
                        "stop_grace_period",
                        "read_only",
                        "cap_drop",
                        "security_opt",
                        "mem_limit",
                        "environment",
                        "ports",
                        "volumes",
                        "tmpfs",
                        "secrets");
        assertThat(Path.of("deploy")
                        .resolve(service.at("/build/context").textValue())
                        .resolve("Dockerfile"))
                .exists();
        assertThat(service.at("/ports/0").textValue()).startsWith("127.0.0.1:");
        assertThat(service.at("/read_only").booleanValue()).isTrue();
        List<String> volumes = new ArrayList<>();
        service.path("volumes").forEach(volume -> volumes.add(volume.textValue()));
        assertThat(volumes).contains("state:/state").anyMatch(volume -> volume.endsWith(":/data:ro"));
        assertThat(names(compose.path("volumes"))).containsExactly("state");
        service.path("secrets")
                .forEach(secret -> assertThat(names(compose.path("secrets"))).contains(secret.textValue()));
        assertThat(service.at("/environment/EVENTHUBS_CONNECTION_STRING_FILE").textValue())
                .isEqualTo("/run/secrets/eventhubs");
        assertThat(Files.readAllLines(Path.of(".gitignore"))).contains("deploy/eventhubs.txt");
    }

    private static JsonNode compose() throws IOException {
        Object text = new Yaml().load(Files.readString(Path.of("deploy", "compose.yaml")));
        return STRICT.valueToTree(text);
    }

    private static Set<String> names(JsonNode object) {
        Set<String> names = new HashSet<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static Map<String, String> environment() {
        Map<String, String> environment = new LinkedHashMap<>();
        factstream().getEnv().forEach(variable -> environment.put(variable.getName(), variable.getValue()));
        return environment;
    }
}
