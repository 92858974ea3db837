import eu.europa.esig.dss.diagnostic.SignatureWrapper;
import eu.europa.esig.dss.diagnostic.TimestampWrapper;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.simplereport.SimpleReport;
import eu.europa.esig.dss.spi.DSSUtils;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import eu.europa.esig.dss.validation.reports.Reports;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Judges signed PDF files: {@code Judge [--strict] ROOT.pem|- FILE...}; lines of tab-separated
 * fields. It asks nobody: what is not in the files is not known.
 */
public class Judge {

    private static final String POLICY = "/policy/constraint.xml";

    public static void main(String[] arguments) throws IOException {
        CommonCertificateVerifier verifier = new CommonCertificateVerifier();
        boolean strict = arguments[0].equals("--strict");
        String root = arguments[strict ? 1 : 0];
        if (!root.equals("-")) {
            CommonTrustedCertificateSource trusted = new CommonTrustedCertificateSource();
            trusted.addCertificate(DSSUtils.loadCertificate(new File(root)));
            verifier.setTrustedCertSources(trusted);
        }
        String policy = policy(strict);
        for (String file : List.of(arguments).subList(strict ? 2 : 1, arguments.length)) {
            SignedDocumentValidator validator =
                SignedDocumentValidator.fromDocument(new FileDocument(file));
            validator.setCertificateVerifier(verifier);
            byte[] wanted = policy.getBytes(StandardCharsets.UTF_8);
            tell(file, validator.validateDocument(new ByteArrayInputStream(wanted)));
        }
    }

    /** The policy of DSS itself; unless strict, an authority may publish no revocation. */
    private static String policy(boolean strict) throws IOException {
        try (InputStream source = SignedDocumentValidator.class.getResourceAsStream(POLICY)) {
            String text = new String(source.readAllBytes(), StandardCharsets.UTF_8);
            return strict ? text : text.replaceAll(
                "<(RevocationDataAvailable|AcceptableRevocationDataFound) Level=\"FAIL\"",
                "<$1 Level=\"IGNORE\"");
        }
    }

    private static void tell(String file, Reports reports) {
        SimpleReport simple = reports.getSimpleReport();
        for (SignatureWrapper one : reports.getDiagnosticData().getSignatures()) {
            boolean whole = simple.getSignatureScopes(one.getId()).stream()
                .allMatch(scope -> scope.getScope().name().equals("FULL"));
            print("signature", file, simple, one.getId(), one.getSignatureFormat(),
                one.isSignatureIntact() && one.isBLevelTechnicallyValid(), whole);
            for (TimestampWrapper stamp : one.getTimestampList()) {
                print("timestamp", file, simple, stamp.getId(), stamp.getType(),
                    stamp.isSignatureIntact() && stamp.isMessageImprintDataIntact(), "");
            }
        }
    }

    private static void print(
        String what, String file, SimpleReport simple, String id, Object kind,
        boolean intact, Object whole) {
        String reasons = simple.getAdESValidationErrors(id).stream()
            .map(message -> message.getValue()).collect(Collectors.joining(" "));
        System.out.println(Stream.of(what, file, simple.getIndication(id),
                simple.getSubIndication(id), kind, intact, whole, reasons)
            .map(String::valueOf).collect(Collectors.joining("\t")));
    }
}
