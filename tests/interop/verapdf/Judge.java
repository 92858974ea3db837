import java.io.FileInputStream;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/**
 * Tells of each PDF whether it is what it should be, and which rules it breaks; lines of
 * tab-separated fields. PDF/UA-1, or the kind that the first argument names: {@code --2a}.
 */
public class Judge {

    public static void main(String[] arguments) throws Exception {
        VeraGreenfieldFoundryProvider.initialise();
        PDFAFlavour wanted = PDFAFlavour.PDFUA_1;
        for (String argument : arguments) {
            if (argument.startsWith("--")) {
                wanted = PDFAFlavour.byFlavourId(argument.substring(2));
                continue;
            }
            try (FileInputStream source = new FileInputStream(argument);
                    PDFAParser parser = Foundries.defaultInstance().createParser(source, wanted);
                    PDFAValidator validator =
                        Foundries.defaultInstance().createValidator(wanted, false)) {
                tell(argument, validator.validate(parser));
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
