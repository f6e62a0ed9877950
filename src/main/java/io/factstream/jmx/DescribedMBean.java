package io.factstream.jmx;

import io.factstream.config.ConfigurationException;
import io.factstream.control.UnknownStreamException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Optional;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanException;
import javax.management.MBeanInfo;
import javax.management.MBeanNotificationInfo;
import javax.management.MBeanOperationInfo;
import javax.management.MBeanParameterInfo;
import javax.management.NotificationBroadcasterSupport;
import javax.management.ReflectionException;
import javax.management.StandardEmitterMBean;
import org.jspecify.annotations.Nullable;

/** An MXBean whose console texts stand as {@link Description} on its interface, and which can send notifications. */
final class DescribedMBean extends StandardEmitterMBean {

    private final Class<?> type;

    /** @param notifications what it may send; none for an MBean that sends nothing */
    <T> DescribedMBean(T bean, Class<T> type, MBeanNotificationInfo... notifications) {
        super(bean, type, true, new NotificationBroadcasterSupport(notifications));
        this.type = type;
    }

    @Override
    protected String getDescription(MBeanInfo info) {
        return text(type.getAnnotation(Description.class), info.getDescription());
    }

    @Override
    protected String getDescription(MBeanAttributeInfo info) {
        String getter = (info.isIs() ? "is" : "get") + info.getName();
        return method(getter, 0)
                .map(method -> text(method.getAnnotation(Description.class), info.getName()))
                .orElse(info.getName());
    }

    @Override
    protected String getDescription(MBeanOperationInfo info) {
        return method(info.getName(), info.getSignature().length)
                .map(method -> text(method.getAnnotation(Description.class), info.getName()))
                .orElse(info.getName());
    }

    @Override
    protected String getDescription(MBeanOperationInfo info, MBeanParameterInfo parameter, int sequence) {
        return text(parameter(info, sequence), parameter.getDescription());
    }

    @Override
    protected String getParameterName(MBeanOperationInfo info, MBeanParameterInfo parameter, int sequence) {
        Description described = parameter(info, sequence);
        return described == null ? parameter.getName() : described.name();
    }

    @Override
    protected int getImpact(MBeanOperationInfo info) {
        return info.getName().startsWith("list") ? MBeanOperationInfo.INFO : MBeanOperationInfo.ACTION;
    }

    /** What goes wrong reaches clients, which have no classes of FactStream, as an exception of Java's own. */
    @Override
    public @Nullable Object invoke(String operation, @Nullable Object[] arguments, String[] signature)
            throws MBeanException, ReflectionException {
        try {
            return super.invoke(operation, arguments, signature);
        } catch (RuntimeException e) {
            throw known(e);
        }
    }

    private static RuntimeException known(RuntimeException thrown) {
        if (thrown.getClass().getName().matches("javax?[.].*")) {
            return thrown;
        }
        return thrown instanceof ConfigurationException || thrown instanceof UnknownStreamException
                ? new IllegalArgumentException(thrown.getMessage())
                : new IllegalStateException(thrown.getMessage());
    }

    private @Nullable Description parameter(MBeanOperationInfo info, int sequence) {
        return method(info.getName(), info.getSignature().length)
                .map(method -> method.getParameters()[sequence].getAnnotation(Description.class))
                .orElse(null);
    }

    /** The interfaces have no two methods of one name and so many parameters. */
    private Optional<Method> method(String name, int parameters) {
        return Arrays.stream(type.getMethods())
                .filter(method -> method.getName().equals(name) && method.getParameterCount() == parameters)
                .findFirst();
    }

    private static String text(@Nullable Description description, String otherwise) {
        return description == null ? otherwise : description.value();
    }
}
