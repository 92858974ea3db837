/* A PKCS#11 module between digivl and a real one: it passes everything on, except that
 * one function does as FAULT says, as "function:what[:after]". What: a return value in
 * hexadecimal, "crash", "hang", "print", "none" and "raw" (mechanisms that are left),
 * "pinpad", "final" and "locked" (flags of a token), "itself" (the module knows the PIN
 * and asks nobody). After: how many calls go well before. */
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
enum { INITIALIZE = 0, SLOT_LIST = 4, TOKEN_INFO = 6, MECHANISMS = 7, OPEN = 12,
       LOGIN = 18, FIND_INIT = 26, SIGN_INIT = 42, SIGN = 43 };
static const struct { const char *name; int place; } KNOWN[] = {
    {"C_Initialize", INITIALIZE}, {"C_GetSlotList", SLOT_LIST},
    {"C_GetTokenInfo", TOKEN_INFO}, {"C_GetMechanismList", MECHANISMS},
    {"C_OpenSession", OPEN}, {"C_Login", LOGIN}, {"C_FindObjectsInit", FIND_INIT},
    {"C_SignInit", SIGN_INIT}, {"C_Sign", SIGN}};

static CK_FUNCTION_LIST list;
static CK_RV (*real)(CK_ULONG, CK_ULONG, CK_ULONG, CK_ULONG, CK_ULONG, CK_ULONG);
static CK_RV (*real_login)(CK_ULONG, CK_ULONG, const char *, CK_ULONG);
static char what[32];
static int left;

/* CK_TOKEN_INFO: texts of 32, 32, 16 and 16 bytes, then its flags. */
static CK_ULONG *flags_of(CK_ULONG info) { return (CK_ULONG *)(info + 96); }

static CK_RV faulty(CK_ULONG a, CK_ULONG b, CK_ULONG c, CK_ULONG d, CK_ULONG e,
                    CK_ULONG f) {
    if (left-- > 0) return real(a, b, c, d, e, f);
    left = 0;
    if (!strcmp(what, "crash")) raise(11);
    if (!strcmp(what, "hang")) for (;;) sleep(60);
    if (!strcmp(what, "print")) {
        printf("{\"answer\": {\"signature\": \"AAAA\"}}\n");
        fflush(stdout);
        return real(a, b, c, d, e, f);
    }
    if (!strcmp(what, "none")) {
        *(CK_ULONG *)c = 0;
        return 0;
    }
    if (strspn(what, "0123456789abcdef") == strlen(what)) return strtoul(what, NULL, 16);
    CK_RV done = real(a, b, c, d, e, f);
    if (!strcmp(what, "raw")) {
        for (CK_ULONG i = 0; b && i < *(CK_ULONG *)c; i++)
            if (((CK_ULONG *)b)[i] >= 0x40 && ((CK_ULONG *)b)[i] <= 0x42)
                ((CK_ULONG *)b)[i] = 0x80000001;
        return done;
    }
    if (!strcmp(what, "itself")) {
        real_login(*(CK_ULONG *)e, 1, getenv("FAULT_PIN"), strlen(getenv("FAULT_PIN")));
        return done;
    }
    if (!strcmp(what, "pinpad")) *flags_of(b) |= 0x100;
    if (!strcmp(what, "final")) *flags_of(b) |= 0x20000;
    if (!strcmp(what, "locked")) *flags_of(b) |= 0x40000;
    return done;
}

/* With "pinpad" the reader knows the PIN by itself. */
static CK_RV login(CK_ULONG session, CK_ULONG user, const char *pin, CK_ULONG length) {
    const char *typed = getenv("FAULT_PIN");
    if (length == 0 && typed) return real_login(session, user, typed, strlen(typed));
    return real_login(session, user, pin, length);
}

CK_RV C_GetFunctionList(CK_FUNCTION_LIST **out) {
    CK_FUNCTION_LIST *original;
    void *module = dlopen(getenv("FAULT_MODULE"), RTLD_NOW);
    CK_RV (*get)(CK_FUNCTION_LIST **) =
        (CK_RV (*)(CK_FUNCTION_LIST **))dlsym(module, "C_GetFunctionList");
    char name[32];
    get(&original);
    list = *original;
    real_login = list.functions[LOGIN];
    list.functions[LOGIN] = login;
    left = 0;
    sscanf(getenv("FAULT"), "%31[^:]:%31[^:]:%d", name, what, &left);
    for (unsigned i = 0; i < sizeof KNOWN / sizeof *KNOWN; i++)
        if (!strcmp(KNOWN[i].name, name)) {
            real = list.functions[KNOWN[i].place];
            list.functions[KNOWN[i].place] = faulty;
        }
    *out = &list;
    return 0;
}
