import eu.europa.esig.dss.diagnostic.SignatureWrapper;
import eu.europa.esig.dss.diagnostic.TimestampWrapper;
import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.DSSException;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.model.tsl.LOTLInfo;
import eu.europa.esig.dss.model.tsl.TLInfo;
import eu.europa.esig.dss.model.tsl.TrustService;
import eu.europa.esig.dss.model.tsl.TrustServiceProvider;
import eu.europa.esig.dss.model.tsl.TrustServiceStatusAndInformationExtensions;
import eu.europa.esig.dss.model.x509.CertificateToken;
import eu.europa.esig.dss.simplecertificatereport.SimpleCertificateReport;
import eu.europa.esig.dss.simplereport.SimpleReport;
import eu.europa.esig.dss.spi.DSSUtils;
import eu.europa.esig.dss.spi.client.http.DSSFileLoader;
import eu.europa.esig.dss.spi.tsl.TrustedListsCertificateSource;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonCertificateSource;
import eu.europa.esig.dss.tsl.job.TLValidationJob;
import eu.europa.esig.dss.tsl.source.LOTLSource;
import eu.europa.esig.dss.validation.CertificateValidator;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import eu.europa.esig.dss.validation.reports.Reports;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reads trusted lists and says what they make of certificates and signed PDF files:
 * {@code Judge FOLDER LOTL ANCHOR.pem FILE...}; lines of tab-separated fields.
 *
 * <p>A list is read from FOLDER, under the last part of its address. A FILE is a PDF, or
 * {@code NAME.pem@MOMENT}: certificates, that of the holder first.
 */
public class Judge {

    public static void main(String[] arguments) throws IOException {
        String folder = arguments[0];
        DSSFileLoader loader = new FromFolder(folder);
        CommonCertificateSource anchors = new CommonCertificateSource();
        anchors.addCertificate(DSSUtils.loadCertificate(new File(arguments[2])));
        LOTLSource lotl = new LOTLSource();
        lotl.setUrl(arguments[1]);
        lotl.setCertificateSource(anchors);
        lotl.setPivotSupport(true);
        TrustedListsCertificateSource trusted = new TrustedListsCertificateSource();
        TLValidationJob job = new TLValidationJob();
        job.setOfflineDataLoader(loader);
        job.setListOfTrustedListSources(lotl);
        job.setTrustedListCertificateSource(trusted);
        job.offlineRefresh();
        for (LOTLInfo one : job.getSummary().getLOTLInfos()) {
            tellList("lotl", one);
            one.getTLInfos().forEach(Judge::tellServices);
        }
        for (String file : List.of(arguments).subList(3, arguments.length)) {
            CommonCertificateVerifier verifier = new CommonCertificateVerifier();
            verifier.setTrustedCertSources(trusted);
            if (file.endsWith(".pdf")) {
                tellSigned(file, verifier);
            } else {
                tellCertificate(file, verifier);
            }
        }
        System.out.flush();
        System.exit(0); // the threads of the job would wait for a minute
    }

    private static void tellList(String what, TLInfo one) {
        boolean parsed = one.getParsingCacheInfo().isResultExist();
        boolean valid = one.getValidationCacheInfo().isResultExist()
            && one.getValidationCacheInfo().isValid();
        print(what, parsed ? one.getParsingCacheInfo().getTerritory() : one.getUrl(),
            parsed ? one.getParsingCacheInfo().getSequenceNumber() : "", valid,
            parsed ? structure(one) : "");
    }

    private static Object structure(TLInfo one) {
        List<String> wrong = one.getParsingCacheInfo().getStructureValidationMessages();
        return wrong == null || wrong.isEmpty() ? "conform" : wrong;
    }

    private static void tellServices(TLInfo one) {
        tellList("list", one);
        if (!one.getParsingCacheInfo().isResultExist()) {
            return;
        }
        for (TrustServiceProvider provider :
                one.getParsingCacheInfo().getTrustServiceProviders()) {
            for (TrustService service : provider.getServices()) {
                for (TrustServiceStatusAndInformationExtensions state :
                        service.getStatusAndInformationExtensions()) {
                    print("service", one.getParsingCacheInfo().getTerritory(),
                        state.getType(), state.getStatus(),
                        state.getStartDate().toInstant());
                }
            }
        }
    }

    private static void tellSigned(String file, CommonCertificateVerifier verifier) {
        SignedDocumentValidator validator =
            SignedDocumentValidator.fromDocument(new FileDocument(file));
        validator.setCertificateVerifier(verifier);
        Reports reports = validator.validateDocument();
        SimpleReport simple = reports.getSimpleReport();
        for (SignatureWrapper one : reports.getDiagnosticData().getSignatures()) {
            print("signature", file, simple.getIndication(one.getId()),
                simple.getSignatureQualification(one.getId()).name());
            for (TimestampWrapper stamp : one.getTimestampList()) {
                print("timestamp", file, simple.getIndication(stamp.getId()),
                    simple.getTimestampQualification(stamp.getId()).name());
            }
        }
    }

    private static void tellCertificate(String named, CommonCertificateVerifier verifier)
            throws IOException {
        String[] parts = named.split("@");
        Collection<CertificateToken> chain;
        try (InputStream source = Files.newInputStream(Path.of(parts[0]))) {
            chain = DSSUtils.loadCertificateFromP7c(source);
        }
        CommonCertificateSource others = new CommonCertificateSource();
        chain.forEach(others::addCertificate);
        verifier.setAdjunctCertSources(others);
        CertificateToken first = DSSUtils.loadCertificate(new File(parts[0] + ".der"));
        CertificateValidator validator = CertificateValidator.fromCertificate(first);
        validator.setCertificateVerifier(verifier);
        validator.setValidationTime(Date.from(Instant.parse(parts[1])));
        SimpleCertificateReport simple = validator.validate().getSimpleReport();
        print("certificate", parts[0], simple.getQualificationAtCertificateIssuance().name(),
            simple.getQualificationAtValidationTime().name());
    }

    private static void print(Object... fields) {
        System.out.println(
            Stream.of(fields).map(String::valueOf).collect(Collectors.joining("\t")));
    }

    /** Reads a list from a folder, whatever its address. */
    private static final class FromFolder implements DSSFileLoader {

        private final String folder;

        FromFolder(String folder) {
            this.folder = folder;
        }

        @Override
        public DSSDocument getDocument(String url) {
            File file = new File(folder, url.substring(url.lastIndexOf('/') + 1));
            if (!file.exists()) {
                throw new DSSException("nothing at " + url);
            }
            return new FileDocument(file);
        }
    }
}
