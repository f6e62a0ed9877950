package io.factstream.localhub;

import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.message.Message;
import org.jspecify.annotations.Nullable;

/** The node {@code $cbs}: clients present a token for each thing that they want to use. */
final class TokenService implements RequestService {

    private final Namespace namespace;
    private final Authorizations authorizations;

    TokenService(Namespace namespace, Authorizations authorizations) {
        this.namespace = namespace;
        this.authorizations = authorizations;
    }

    @Override
    public @Nullable Message answer(Message request) {
        String audience = RequestService.property(request, "name");
        String hub = Address.parse(audience).hub();
        TokenRequest asked = new TokenRequest(hub, audience);
        if (namespace.faults().strike(Fault.IgnoreToken.class, asked) != null) {
            return null;
        }
        ArmedFault<TokenRequest> armed = namespace.faults().strike(Fault.AnswerToken.class, asked);
        if (armed != null && armed.fault() instanceof Fault.AnswerToken answer) {
            return RequestService.response(answer.status(), answer.description(), null);
        }
        if (!RequestService.property(request, "operation").equals("put-token")) {
            return RequestService.response(400, "The only operation here is put-token", null);
        }
        String token =
                request.getBody() instanceof AmqpValue value && value.getValue() instanceof String text ? text : "";
        try {
            SharedAccessKeys.Grant grant =
                    namespace.keys().check(token, namespace.clock().instant());
            if (!grant.covers(hub)) {
                return RequestService.response(401, "The token is for another resource than " + audience, null);
            }
            if (!hub.isEmpty() && namespace.hub(hub) == null) {
                return RequestService.response(404, Namespace.notFound(audience), null);
            }
            authorizations.grant(hub, grant.expiry());
            return RequestService.response(202, "Accepted", null);
        } catch (SharedAccessKeys.RefusedException refused) {
            return RequestService.response(401, String.valueOf(refused.getMessage()), null);
        }
    }
}
