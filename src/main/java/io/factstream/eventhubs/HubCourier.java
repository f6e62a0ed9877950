package io.factstream.eventhubs;

import io.factstream.deadletter.Courier;
import io.factstream.deadletter.DeadLetter;
import io.factstream.deadletter.DeliveryFailure;
import io.factstream.deadletter.HubUnavailableException;
import io.factstream.deadletter.Parcel;
import io.factstream.deadletter.Shipment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.ProducerTemplate;
import org.jspecify.annotations.Nullable;

/** Sends shipments through a route, which shows how. Thread-safe. */
public final class HubCourier implements Courier {

    private final ProducerTemplate template;
    private final String route;
    private final Hubs hubs;

    /**
     * Sends through {@code direct:<route>}, which takes a {@link Shipment} and makes messages of it by {@link #marshal}.
     *
     * @param hubs what the hubs look like
     */
    public HubCourier(CamelContext context, String route, Hubs hubs) {
        this.template = context.createProducerTemplate();
        this.route = route;
        this.hubs = hubs;
    }

    @Override
    public List<Shipment> pack(String hub, List<Parcel> parcels) {
        if (parcels.isEmpty()) {
            return List.of();
        }
        HubLayout layout;
        try {
            Optional<OutageException> cut = hubs.cut(hub);
            if (cut.isPresent()) {
                // The circuit breaker would turn the letters away.
                throw cut.get();
            }
            layout = hubs.layout(hub);
        } catch (DeliveryException e) {
            throw new HubUnavailableException(e.failure(), e);
        }
        Map<String, Filler> fillers = new LinkedHashMap<>();
        for (Parcel parcel : parcels) {
            fillers.computeIfAbsent(
                            partition(parcel.letter(), layout.partitions()),
                            partition -> new Filler(hub, partition, layout.limit()))
                    .add(parcel);
        }
        return fillers.values().stream()
                .flatMap(filler -> filler.finish().stream())
                .toList();
    }

    private static String partition(DeadLetter letter, List<String> partitions) {
        String key = letter.partitionKey();
        if (key != null) {
            // Where the newer events of its key go, though the hub may have other partitions than when it was stored.
            return partitions.get(PartitionHash.partition(key, partitions.size()));
        }
        String chosen = letter.partition();
        return chosen != null && partitions.contains(chosen)
                ? chosen
                : partitions.get(PartitionHash.partition(letter.traceId(), partitions.size()));
    }

    @Override
    public Optional<DeliveryFailure> send(Shipment shipment) {
        Exchange answer = template.request(
                "direct:" + route, exchange -> exchange.getMessage().setBody(shipment));
        Exception thrown = answer.getException();
        if (thrown == null) {
            return Optional.empty();
        }
        DeliveryException typed = SendFailures.of(thrown);
        if (typed instanceof RejectedBatchException || typed instanceof UndeliverableEventException) {
            return Optional.of(typed.failure());
        }
        throw new HubUnavailableException(typed.failure(), typed);
    }

    /** The id of the partition that a shipment goes to. Routes ask here: Camel remembers whatever they call a method of. */
    public String partition(Shipment shipment) {
        return shipment.partition();
    }

    /** The hub that a shipment goes to. */
    public String hub(Shipment shipment) {
        return shipment.hub();
    }

    /** The parcels as the {@code azure-eventhubs} endpoint takes them. */
    public List<Message> marshal(Shipment shipment, Exchange exchange) {
        return shipment.parcels().stream()
                .<Message>map(parcel -> new EventMessage(exchange, parcel.body(), Map.copyOf(parcel.properties())))
                .toList();
    }

    /** Fills one shipment of a partition after the other. */
    private static final class Filler {
        private final String hub;
        private final String partition;
        private final BatchLimit limit;
        private final List<Shipment> shipments = new ArrayList<>();
        private List<Parcel> parcels = new ArrayList<>();
        private int bytes;

        private Filler(String hub, String partition, BatchLimit limit) {
            this.hub = hub;
            this.partition = partition;
            this.limit = limit;
        }

        private void add(Parcel parcel) {
            int size = size(parcel);
            if (size > limit.capacity()) {
                close(null);
                parcels.add(parcel);
                close(UndeliverableEventException.tooLarge(size, limit.capacity())
                        .failure());
                return;
            }
            if (bytes + size > limit.capacity() || parcels.size() == limit.maxEvents()) {
                close(null);
            }
            parcels.add(parcel);
            bytes += size;
        }

        private static int size(Parcel parcel) {
            int properties = parcel.properties().entrySet().stream()
                    .mapToInt(property -> WireSize.text(property.getKey()) + WireSize.text(property.getValue()))
                    .sum();
            return WireSize.event(properties, parcel.body().length);
        }

        private void close(@Nullable DeliveryFailure fault) {
            if (!parcels.isEmpty()) {
                shipments.add(new Shipment(hub, partition, parcels, fault));
                parcels = new ArrayList<>();
                bytes = 0;
            }
        }

        private List<Shipment> finish() {
            close(null);
            return shipments;
        }
    }
}
