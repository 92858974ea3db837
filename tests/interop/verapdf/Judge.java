import java.io.FileInputStream;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/** Tells of each PDF whether it is PDF/UA-1, and which rules it breaks; tab-separated. */
public class Judge {

    private static final PDFAFlavour WANTED = PDFAFlavour.PDFUA_1;

    public static void main(String[] files) throws Exception {
        VeraGreenfieldFoundryProvider.initialise();
        for (String file : files) {
            try (FileInputStream source = new FileInputStream(file);
                    PDFAParser parser = Foundries.defaultInstance().createParser(source, WANTED);
                    PDFAValidator validator =
                        Foundries.defaultInstance().createValidator(WANTED, false)) {
                tell(file, validator.validate(parser));
            }
        }
    }

    private static void tell(String file, ValidationResult result) {
        StringBuilder line = new StringBuilder(file).append('\t').append(result.isCompliant());
        for (TestAssertion broken : result.getTestAssertions()) {
            line.append('\t').append(broken.getRuleId().getClause()).append('-')
                .append(broken.getRuleId().getTestNumber()).append(": ")
                .append(broken.getMessage());
        }
        System.out.println(line);
    }
}
