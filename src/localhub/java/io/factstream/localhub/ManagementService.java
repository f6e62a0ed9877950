package io.factstream.localhub;

import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.qpid.proton.message.Message;

/** The node {@code $management}: what a hub and its partitions hold. */
final class ManagementService implements RequestService {

    private static final String HUB = "com.microsoft:eventhub";
    private static final String PARTITION = "com.microsoft:partition";

    /** What the service gives as the time of the last event of an empty partition. */
    private static final Instant NEVER = Instant.parse("0001-01-01T00:00:00Z");

    private final Namespace namespace;
    private final Authorizations authorizations;

    ManagementService(Namespace namespace, Authorizations authorizations) {
        this.namespace = namespace;
        this.authorizations = authorizations;
    }

    @Override
    public Message answer(Message request) {
        String name = RequestService.property(request, "name");
        Hub hub = namespace.hub(name);
        if (hub == null) {
            return RequestService.response(404, Namespace.notFound(name), null);
        }
        Optional<String> refusal = refusal(request, name);
        if (refusal.isPresent()) {
            return RequestService.response(401, refusal.get(), null);
        }
        if (!RequestService.property(request, "operation").equals("READ")) {
            return RequestService.response(400, "The only operation here is READ", null);
        }
        return switch (RequestService.property(request, "type")) {
            case HUB -> RequestService.response(200, "OK", describe(hub));
            case PARTITION -> {
                String id = RequestService.property(request, "partition");
                int partition = new Address(name, id, null).partitionIndex();
                yield partition < 0 || partition >= hub.partitionCount()
                        ? RequestService.response(404, Namespace.notFound(name + "/" + id), null)
                        : RequestService.response(200, "OK", describe(hub, partition));
            }
            default -> RequestService.response(400, "Only hubs and partitions can be read", null);
        };
    }

    /** Why the request is not authorized: clients put a token into it, besides those presented before. */
    private Optional<String> refusal(Message request, String hub) {
        Instant now = namespace.clock().instant();
        if (authorizations.allows(hub, now)) {
            return Optional.empty();
        }
        try {
            boolean covered = namespace
                    .keys()
                    .check(RequestService.property(request, "security_token"), now)
                    .covers(hub);
            return covered ? Optional.empty() : Optional.of("The token is for another resource than " + hub);
        } catch (SharedAccessKeys.RefusedException refused) {
            return Optional.of(String.valueOf(refused.getMessage()));
        }
    }

    private static Map<String, Object> describe(Hub hub) {
        Map<String, Object> values = new HashMap<>();
        values.put("name", hub.name());
        values.put("type", HUB);
        values.put("created_at", Date.from(hub.createdAt()));
        values.put("partition_count", hub.partitionCount());
        values.put(
                "partition_ids",
                IntStream.range(0, hub.partitionCount())
                        .mapToObj(Integer::toString)
                        .toArray(String[]::new));
        return values;
    }

    private static Map<String, Object> describe(Hub hub, int partition) {
        PartitionLog log = hub.partition(partition);
        PartitionLog.Summary summary = log.summary();
        Map<String, Object> values = new HashMap<>();
        values.put("name", hub.name());
        values.put("type", PARTITION);
        values.put("partition", Integer.toString(partition));
        values.put("begin_sequence_number", log.beginSequenceNumber());
        values.put("last_enqueued_sequence_number", summary.lastSequenceNumber());
        values.put("last_enqueued_offset", Long.toString(summary.lastOffset()));
        values.put(
                "last_enqueued_time_utc",
                summary.isEmpty() ? Date.from(NEVER) : Date.from(Instant.ofEpochMilli(summary.lastEnqueuedMillis())));
        values.put("is_partition_empty", summary.isEmpty());
        return values;
    }
}
