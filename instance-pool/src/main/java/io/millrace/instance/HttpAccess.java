package io.millrace.instance;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What guests may reach by HTTP: endpoints by scheme, host, port and path, and nothing else.
 * Immutable. A pool without one grants no HTTP at all.
 *
 * <p>An endpoint is an absolute URL whose path ends with {@code /}, and stands for all paths below;
 * or one with another path, and stands for that path alone. Hosts are compared as they are written,
 * before any name is looked up: an address in another spelling is another host. Redirects are not
 * followed, they are answered to the guest; there are no cookies, no proxy and no credentials but
 * those that the guest sends.
 *
 * @param endpoints that may be asked
 * @param timeout of one request, besides the invocation's deadline
 */
public record HttpAccess(List<URI> endpoints, Duration timeout) {

  /** The timeout of {@link #to}. */
  public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);

  /**
   * Checks the endpoints.
   *
   * @throws IllegalArgumentException naming one that cannot be allowed, and why
   */
  public HttpAccess {
    endpoints = List.copyOf(endpoints);
    if (timeout.isZero() || timeout.isNegative()) {
      throw new IllegalArgumentException("timeout is " + timeout + ": it must be more than 0");
    }
    for (URI each : endpoints) {
      String wrong = fault(each);
      if (wrong == null && each.getRawQuery() != null) {
        wrong = "it has a query";
      }
      if (wrong != null) {
        throw new IllegalArgumentException("endpoint " + each + " cannot be allowed: " + wrong);
      }
    }
  }

  /** To these endpoints, ten seconds each. */
  public static HttpAccess to(String... endpoints) {
    return new HttpAccess(List.of(endpoints).stream().map(URI::create).toList(), DEFAULT_TIMEOUT);
  }

  /** The same with {@code timeout}. */
  public HttpAccess withTimeout(Duration timeout) {
    return new HttpAccess(endpoints, timeout);
  }

  boolean allows(URI wanted) {
    return fault(wanted) == null && endpoints.stream().anyMatch(each -> covers(each, wanted));
  }

  private static boolean covers(URI endpoint, URI wanted) {
    String path = endpoint.getRawPath();
    return endpoint.getScheme().equalsIgnoreCase(wanted.getScheme())
        && endpoint.getHost().equalsIgnoreCase(wanted.getHost())
        && port(endpoint) == port(wanted)
        && (path.endsWith("/")
            ? wanted.getRawPath().startsWith(path)
            : wanted.getRawPath().equals(path));
  }

  private static int port(URI uri) {
    int standard = uri.getScheme().equalsIgnoreCase("https") ? 443 : 80;
    return uri.getPort() == -1 ? standard : uri.getPort();
  }

  /** What may mean another thing to whoever reads the URL next; null where nothing does. */
  private static @Nullable String fault(URI uri) {
    String scheme = uri.getScheme();
    if (scheme == null || !(scheme.equalsIgnoreCase("http") || scheme.equalsIgnoreCase("https"))) {
      return "it is no absolute http or https URL";
    }
    if (uri.getHost() == null) {
      return "it names no host";
    }
    if (uri.getRawUserInfo() != null) {
      return "it has user information";
    }
    if (uri.getRawFragment() != null) {
      return "it has a fragment";
    }
    String path = Objects.requireNonNullElse(uri.getRawPath(), "");
    if (!path.startsWith("/")) {
      return "it has no path: end it with /";
    }
    String lower = path.toLowerCase(Locale.ROOT);
    boolean ambiguous =
        lower.contains("%2e")
            || lower.contains("%2f")
            || lower.contains("%5c")
            || lower.contains("//");
    return ambiguous || !uri.normalize().equals(uri) ? "its path can be read in two ways" : null;
  }
}
