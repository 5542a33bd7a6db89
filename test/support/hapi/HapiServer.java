import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.IValidationSupport;
import ca.uhn.fhir.jpa.api.config.JpaStorageSettings;
import ca.uhn.fhir.jpa.api.dao.IFhirSystemDao;
import ca.uhn.fhir.jpa.provider.JpaCapabilityStatementProvider;
import ca.uhn.fhir.jpa.provider.JpaSystemProvider;
import ca.uhn.fhir.jpa.search.DatabaseBackedPagingProvider;
import ca.uhn.fhir.jpa.test.config.TestR4Config;
import ca.uhn.fhir.rest.server.RestfulServer;
import ca.uhn.fhir.rest.server.provider.ResourceProviderFactory;
import ca.uhn.fhir.rest.server.util.ISearchParamRegistry;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

/**
 * A HAPI FHIR R4 JPA server on an in-memory H2 database, for integration tests: the same libraries that run behind
 * hapi-fhir-cli's former run-server command, which is no longer published.
 *
 * Argument: the port on 127.0.0.1. Prints READY when it serves /fhir/metadata.
 */
public final class HapiServer {
  public static void main(String[] arguments) throws Exception {
    int port = Integer.parseInt(arguments[0]);
    TestR4Config.ourMaxThreads = 20;
    var beans = new AnnotationConfigApplicationContext(TestR4Config.class);

    JpaStorageSettings settings = beans.getBean(JpaStorageSettings.class);
    settings.setReuseCachedSearchResultsForMillis(null);
    settings.setResourceClientIdStrategy(JpaStorageSettings.ClientIdStrategyEnum.ANY);
    settings.setEnforceReferentialIntegrityOnWrite(false);

    RestfulServer rest = new RestfulServer(beans.getBean(FhirContext.class));
    rest.registerProviders(beans.getBean("myResourceProvidersR4", ResourceProviderFactory.class).createProviders());
    JpaSystemProvider<?, ?> system = beans.getBean("mySystemProviderR4", JpaSystemProvider.class);
    rest.registerProvider(system);
    rest.setServerConformanceProvider(
        new JpaCapabilityStatementProvider(
            rest,
            (IFhirSystemDao<?, ?>) beans.getBean("mySystemDaoR4"),
            settings,
            beans.getBean(ISearchParamRegistry.class),
            beans.getBean(IValidationSupport.class)));
    rest.setPagingProvider(beans.getBean(DatabaseBackedPagingProvider.class));
    rest.setDefaultPageSize(20);
    rest.setMaximumPageSize(200);

    Server server = new Server(new java.net.InetSocketAddress("127.0.0.1", port));
    ServletContextHandler context = new ServletContextHandler();
    context.setContextPath("/");
    context.addServlet(new ServletHolder(rest), "/fhir/*");
    server.setHandler(context);
    server.start();
    System.out.println("READY");

    // The parent ends the server by closing our standard input, so that no server outlives a killed test run.
    while (System.in.read() >= 0) {}
    System.exit(0);
  }
}
