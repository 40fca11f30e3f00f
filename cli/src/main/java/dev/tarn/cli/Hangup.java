package dev.tarn.cli;

import java.lang.reflect.Proxy;

/// SIGHUP, by which daemons are told to read their configuration again. Without this the JVM would
/// end. `sun.misc.Signal` (module `jdk.unsupported`) is the only way to it, and cannot be named
/// without a warning that nothing turns off.
final class Hangup {

    private Hangup() {}

    static void listen(Runnable told) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object listener =
                    Proxy.newProxyInstance(
                            Hangup.class.getClassLoader(),
                            new Class<?>[] {handler},
                            (_, method, _) -> {
                                if (method.getName().equals("handle")) {
                                    told.run();
                                }
                                return null;
                            });
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance("HUP"), listener);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this JVM has no signals", e);
        }
    }
}
