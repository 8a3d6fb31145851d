/* For tests under wine only; never shipped, never put beside the program.
 *
 * Every Rust program for Windows asks bcryptprimitives.dll for random bytes. Wine of this age does not have that library, so
 * none starts. This one has that single function, and passes each call on to the generator that wine does have. */
#include <windows.h>

/* Exported by advapi32 under this name; the headers know it as RtlGenRandom. */
BOOLEAN NTAPI SystemFunction036(void *bytes, ULONG length);

__declspec(dllexport) BOOL WINAPI ProcessPrng(BYTE *bytes, SIZE_T length)
{
    const SIZE_T most_at_once = 1 << 20;

    for (SIZE_T done = 0; done < length;) {
        SIZE_T part = length - done < most_at_once ? length - done : most_at_once;
        if (!SystemFunction036(bytes + done, (ULONG)part))
            return FALSE;
        done += part;
    }
    return TRUE;
}
