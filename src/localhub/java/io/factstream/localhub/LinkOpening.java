package io.factstream.localhub;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.qpid.proton.amqp.DescribedType;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.amqp.transport.SenderSettleMode;
import org.apache.qpid.proton.engine.Link;
import org.apache.qpid.proton.engine.Receiver;
import org.apache.qpid.proton.engine.Sender;
import org.jspecify.annotations.Nullable;

/** Decides what each link that a client asks for is, and opens or refuses it. Knows the open links of one connection. */
final class LinkOpening {

    private static final String TOKENS = "$cbs";
    private static final String MANAGEMENT = "$management";

    private static final Symbol EPOCH = Symbol.valueOf("com.microsoft:epoch");
    private static final Symbol METRICS = Symbol.valueOf("com.microsoft:enable-receiver-runtime-metric");
    private static final Symbol POSITION = Symbol.valueOf("apache.org:selector-filter:string");

    /** A link that is not to be opened. */
    private static final class RefusedException extends Exception {

        private static final long serialVersionUID = 1L;

        private final String condition;
        private final String description;

        RefusedException(String condition, String description) {
            super(description);
            this.condition = condition;
            this.description = description;
        }
    }

    private final ClientConnection connection;
    private final Namespace namespace;
    private final List<Link> hubLinks = new ArrayList<>();
    private final List<Sender> replyLinks = new ArrayList<>();

    LinkOpening(ClientConnection connection, Namespace namespace) {
        this.connection = connection;
        this.namespace = namespace;
    }

    /** The open links to hubs, without those for tokens and management. */
    List<Link> openLinks() {
        return List.copyOf(hubLinks);
    }

    void forget(Link link) {
        hubLinks.remove(link);
        if (link instanceof Sender) {
            replyLinks.remove(link);
        }
    }

    /** Opens a link; null when it was refused, or when it only carries responses. */
    @Nullable
    ServedLink open(Link link) {
        try {
            return link instanceof Receiver receiver ? openInward(receiver) : openOutward((Sender) link);
        } catch (RefusedException refused) {
            ServedLink.refuse(link, refused.condition, refused.description);
            return null;
        }
    }

    private ServedLink openInward(Receiver receiver) throws RefusedException {
        String address = receiver.getRemoteTarget() instanceof Target target ? target.getAddress() : null;
        if (address == null) {
            throw new RefusedException(Conditions.NOT_FOUND, Namespace.notFound("(no address)"));
        }
        boolean tokens = address.equals(TOKENS);
        if (tokens || address.endsWith(MANAGEMENT)) {
            accept(receiver);
            RequestService service = tokens
                    ? new TokenService(namespace, connection.authorizations())
                    : new ManagementService(namespace, connection.authorizations());
            return new RequestLink(
                    receiver,
                    namespace.limits().maxMessageSize(),
                    service,
                    replyTo -> replyLink(receiver, address, replyTo));
        }
        Address parsed = Address.parse(address);
        Hub hub = hub(parsed, address);
        LinkAttach attach = new LinkAttach(hub.name(), address, true);
        check(attach);
        int partition = parsed.partition() == null ? -1 : partition(hub, parsed);
        receiver.setMaxMessageSize(UnsignedLong.valueOf(namespace.limits().maxMessageSize()));
        accept(receiver);
        hubLinks.add(receiver);
        return new PublishLink(connection, namespace, receiver, attach, hub, partition);
    }

    private @Nullable ServedLink openOutward(Sender sender) throws RefusedException {
        String address = sender.getRemoteSource() instanceof Source source ? source.getAddress() : null;
        if (address == null) {
            throw new RefusedException(Conditions.NOT_FOUND, Namespace.notFound("(no address)"));
        }
        if (address.equals(TOKENS) || address.endsWith(MANAGEMENT)) {
            accept(sender);
            replyLinks.add(sender);
            return null;
        }
        Address parsed = Address.parse(address);
        Hub hub = hub(parsed, address);
        check(new LinkAttach(hub.name(), address, false));
        String group = parsed.consumerGroup();
        if (group == null) {
            throw new RefusedException(Conditions.NOT_FOUND, Namespace.notFound(address));
        }
        int partition = partition(hub, parsed);
        if (namespace.retention() == Retention.COUNT_ONLY) {
            throw new RefusedException(
                    Conditions.NOT_ALLOWED, "These hubs keep counts only; there is nothing to consume");
        }
        return consume(sender, hub, partition, hub.readers(group, partition));
    }

    private ServedLink consume(Sender sender, Hub hub, int partition, Readers readers) throws RefusedException {
        boolean metrics = wants(sender, METRICS);
        ConsumeLink.Request request = new ConsumeLink.Request(start(sender), epoch(sender), metrics);
        ConsumeLink link =
                new ConsumeLink(connection, namespace, sender, request, hub, hub.partition(partition), readers);
        Readers.Refusal refusal = readers.join(link);
        if (refusal != null) {
            link.ended();
            throw new RefusedException(refusal.condition(), refusal.description());
        }
        sender.setSenderSettleMode(SenderSettleMode.SETTLED);
        if (metrics) {
            sender.setOfferedCapabilities(new Symbol[] {METRICS});
        }
        accept(sender);
        hubLinks.add(sender);
        return link;
    }

    private static void accept(Link link) {
        link.setSource(link.getRemoteSource());
        link.setTarget(link.getRemoteTarget());
        link.setReceiverSettleMode(link.getRemoteReceiverSettleMode());
        link.open();
    }

    private Hub hub(Address address, String text) throws RefusedException {
        Hub hub = namespace.hub(address.hub());
        if (hub == null) {
            throw new RefusedException(Conditions.NOT_FOUND, Namespace.notFound(text));
        }
        return hub;
    }

    private void check(LinkAttach attach) throws RefusedException {
        ArmedFault<LinkAttach> armed = namespace.faults().strike(Fault.RefuseAttach.class, attach);
        if (armed != null && armed.fault() instanceof Fault.RefuseAttach refuse) {
            throw new RefusedException(refuse.condition(), refuse.description());
        }
        if (!connection.authorizations().allows(attach.hub(), namespace.clock().instant())) {
            throw new RefusedException(
                    Conditions.UNAUTHORIZED_ACCESS, "No token that allows " + attach.address() + " was presented");
        }
    }

    private static int partition(Hub hub, Address address) throws RefusedException {
        int partition = address.partitionIndex();
        if (partition < 0 || partition >= hub.partitionCount()) {
            throw new RefusedException(
                    Conditions.ARGUMENT_OUT_OF_RANGE,
                    "Hub " + hub.name() + " has partitions 0 to " + (hub.partitionCount() - 1) + ", not "
                            + address.partition());
        }
        return partition;
    }

    private static StartPosition start(Sender sender) throws RefusedException {
        Map<?, ?> filters = sender.getRemoteSource() instanceof Source source && source.getFilter() != null
                ? source.getFilter()
                : Map.of();
        Object filter = filters.get(POSITION);
        if (filter == null) {
            return new StartPosition.Earliest();
        }
        Object expression = filter instanceof DescribedType described ? described.getDescribed() : filter;
        try {
            return StartPosition.parse(String.valueOf(expression));
        } catch (IllegalArgumentException notAPosition) {
            RefusedException refused =
                    new RefusedException(Conditions.ARGUMENT_ERROR, String.valueOf(notAPosition.getMessage()));
            refused.initCause(notAPosition);
            throw refused;
        }
    }

    private static @Nullable Long epoch(Sender sender) {
        Map<Symbol, Object> properties = sender.getRemoteProperties();
        return properties != null && properties.get(EPOCH) instanceof Number epoch ? epoch.longValue() : null;
    }

    private static boolean wants(Sender sender, Symbol capability) {
        Symbol[] desired = sender.getRemoteDesiredCapabilities();
        return desired != null && Arrays.asList(desired).contains(capability);
    }

    private @Nullable Sender replyLink(Receiver requests, String node, @Nullable String replyTo) {
        Sender fallback = null;
        for (Sender candidate : replyLinks) {
            if (candidate.getRemoteSource() instanceof Source source && node.equals(source.getAddress())) {
                String target = candidate.getRemoteTarget() instanceof Target t ? t.getAddress() : null;
                boolean named = replyTo != null && (replyTo.equals(target) || replyTo.equals(candidate.getName()));
                boolean together = candidate.getSession().equals(requests.getSession());
                if (named && together) {
                    return candidate;
                }
                if (named || (together && fallback == null)) {
                    fallback = candidate;
                }
            }
        }
        return fallback;
    }
}
