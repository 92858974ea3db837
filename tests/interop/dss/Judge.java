import eu.europa.esig.dss.diagnostic.DiagnosticData;
import eu.europa.esig.dss.diagnostic.SignatureWrapper;
import eu.europa.esig.dss.diagnostic.TimestampWrapper;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.simplereport.SimpleReport;
import eu.europa.esig.dss.spi.DSSUtils;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import eu.europa.esig.dss.validation.reports.Reports;
import java.io.File;
import java.util.List;

/** Judges signed PDF files: {@code Judge ROOT.crt|- FILE...}; tab-separated lines. */
public class Judge {

    public static void main(String[] arguments) {
        CommonCertificateVerifier verifier = new CommonCertificateVerifier();
        if (!arguments[0].equals("-")) {
            CommonTrustedCertificateSource trusted = new CommonTrustedCertificateSource();
            trusted.addCertificate(DSSUtils.loadCertificate(new File(arguments[0])));
            verifier.setTrustedCertSources(trusted);
        }
        for (String file : List.of(arguments).subList(1, arguments.length)) {
            SignedDocumentValidator validator =
                SignedDocumentValidator.fromDocument(new FileDocument(file));
            validator.setCertificateVerifier(verifier);
            tell(file, validator.validateDocument());
        }
    }

    private static void tell(String file, Reports reports) {
        SimpleReport simple = reports.getSimpleReport();
        DiagnosticData data = reports.getDiagnosticData();
        for (SignatureWrapper signature : data.getSignatures()) {
            String id = signature.getId();
            print("signature", file, simple.getIndication(id), simple.getSubIndication(id),
                signature.getSignatureFormat(), signature.isSignatureIntact(),
                signature.isSignatureValid(), signature.getAdESValidationErrors(id));
        }
    }

    private static void print(Object... fields) {
        System.out.println(String.join("\t", List.of(fields).stream().map(String::valueOf).toList()));
    }
}
