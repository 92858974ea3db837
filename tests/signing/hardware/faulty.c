/* A PKCS#11 driver between digivl and a real one. It passes everything on, except that
 * one function does as FAULT says: "function:what[:after]". What:
 *   a number in hexadecimal   is returned
 *   crash, hang, exit         what drivers do
 *   print, scribble           writes on the standard output, or on all that is open
 *   escape                    a process of its own holds all that is open; then it hangs
 *   helper                    a process of its own, as for a window; then it hangs
 *   many                      more is there than any memory holds
 *   pad, low, final, locked   flags of a token
 *   none                      no mechanisms
 *   itself                    is logged in without being asked
 * After: how many calls go well before. FAULT_MODULE is the real driver, FAULT_PIN the
 * PIN that a reader or the driver itself knows, FAULT_FILE gets the number of a process. */
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef unsigned long CK_ULONG;
typedef CK_ULONG CK_RV;
typedef struct { unsigned char major, minor; void *functions[68]; } CK_FUNCTION_LIST;

/* Places in the list of functions, as the standard orders them. */
static const struct { const char *name; int place; } KNOWN[] = {
    {"C_Initialize", 0}, {"C_Finalize", 1}, {"C_GetSlotList", 4},
    {"C_GetTokenInfo", 6}, {"C_GetMechanismList", 7}, {"C_OpenSession", 12},
    {"C_CloseSession", 13}, {"C_Login", 18}, {"C_GetAttributeValue", 24},
    {"C_FindObjectsInit", 26}, {"C_FindObjects", 27}, {"C_FindObjectsFinal", 28},
    {"C_SignInit", 42}, {"C_Sign", 43}};
enum { LOGIN = 18 };

static CK_FUNCTION_LIST list;
static CK_RV (*real)(CK_ULONG, CK_ULONG, CK_ULONG, CK_ULONG, CK_ULONG, CK_ULONG);
static CK_RV (*real_login)(CK_ULONG, CK_ULONG, const char *, CK_ULONG);
static char what[32];
static int left;

static int is(const char *name) { return !strcmp(what, name); }

static void hang(void) { for (;;) sleep(60); }

static void child(int escapes) {
    int number = fork();
    if (number == 0) {
        if (escapes) setsid();
        hang();
    }
    FILE *file = fopen(getenv("FAULT_FILE"), "w");
    fprintf(file, "%d", number);
    fclose(file);
    hang();
}

static void misbehave(void) {
    static const char answer[] = "{\"answer\": {\"signature\": \"AAAA\"}}\n";
    if (is("crash")) *(volatile int *)8 = 1;
    if (is("exit")) _exit(0);
    if (is("hang")) hang();
    if (is("escape")) child(1);
    if (is("helper")) child(0);
    if (is("print")) { fputs(answer, stdout); fflush(stdout); }
    if (is("scribble"))
        for (int open = 3; open < 64; open++)
            if (write(open, "\xff\n", 2) < 0) continue;
}

/* CK_TOKEN_INFO: texts of 32, 32, 16 and 16 bytes, then its flags. */
static void mark(CK_ULONG info) {
    CK_ULONG *flags = (CK_ULONG *)(info + 96);
    if (is("pad")) *flags |= 0x100;
    if (is("low")) *flags |= 0x10000;
    if (is("final")) *flags |= 0x20000;
    if (is("locked")) *flags |= 0x40000;
}

static CK_RV faulty(CK_ULONG a, CK_ULONG b, CK_ULONG c, CK_ULONG d, CK_ULONG e,
                    CK_ULONG f) {
    if (left-- > 0) return real(a, b, c, d, e, f);
    left = 0;
    misbehave();
    if (is("none") || is("many")) {
        *(CK_ULONG *)c = is("none") ? 0 : 1UL << 58;
        return 0;
    }
    if (*what && strspn(what, "0123456789abcdef") == strlen(what))
        return strtoul(what, NULL, 16);
    CK_RV done = real(a, b, c, d, e, f);
    if (is("itself"))
        real_login(*(CK_ULONG *)e, 1, getenv("FAULT_PIN"), strlen(getenv("FAULT_PIN")));
    if (is("pad") || is("low") || is("final") || is("locked")) mark(b);
    return done;
}

/* With "pad" the reader knows the PIN by itself. */
static CK_RV login(CK_ULONG session, CK_ULONG user, const char *pin, CK_ULONG length) {
    const char *typed = getenv("FAULT_PIN");
    if (length == 0 && typed) return real_login(session, user, typed, strlen(typed));
    return real_login(session, user, pin, length);
}

CK_RV C_GetFunctionList(CK_FUNCTION_LIST **out) {
    CK_FUNCTION_LIST *original;
    CK_RV (*get)(CK_FUNCTION_LIST **);
    void *module = dlopen(getenv("FAULT_MODULE"), RTLD_NOW);
    char name[32] = "";
    *(void **)&get = dlsym(module, "C_GetFunctionList");
    get(&original);
    list = *original;
    *(void **)&real_login = list.functions[LOGIN];
    list.functions[LOGIN] = (void *)login;
    sscanf(getenv("FAULT"), "%31[^:]:%31[^:]:%d", name, what, &left);
    if (!strcmp(name, "C_GetFunctionList")) misbehave();
    for (unsigned i = 0; i < sizeof KNOWN / sizeof *KNOWN; i++)
        if (!strcmp(KNOWN[i].name, name)) {
            *(void **)&real = list.functions[KNOWN[i].place];
            list.functions[KNOWN[i].place] = (void *)faulty;
        }
    *out = &list;
    return 0;
}
