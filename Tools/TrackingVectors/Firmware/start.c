// Start-up of the golden vectors' firmware on QEMU's MPS2 board with a Cortex-M4F, and the few
// things that it needs of a C library. Output goes to the host by semihosting.
#include <stddef.h>
#include <stdint.h>

extern uint32_t stack_top, data_load, data_start, data_end, bss_start, bss_end, heap_start;
extern const uint8_t frames_start[], frames_end[];
void firmware_main(void);

__asm__(
  ".section .rodata.frames, \"a\"\n.balign 4\n.global frames_start, frames_end\n"
  "frames_start: .incbin \"frames.bin\"\nframes_end:\n.previous\n");

const void *firmware_frames(void) { return frames_start; }
const void *firmware_frames_end(void) { return frames_end; }

static int semihost(int operation, const void *argument) {
  register int r0 __asm__("r0") = operation;
  register const void *r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

static char line[256];
static int length;

void firmware_put(int32_t character) {
  line[length++] = (char)character;
  if (character != '\n' && length < (int)sizeof line - 1) return;
  line[length] = 0;
  length = 0;
  semihost(4, line);  // SYS_WRITE0
}

static void leave(uint32_t reason) {
  const uint32_t block[2] = {reason, 0};
  semihost(0x20, block);  // SYS_EXIT_EXTENDED
  for (;;) {
  }
}

// Memory is taken at set-up, given back never: each estimator's few kilobytes fit.
static uint8_t *next;

int posix_memalign(void **place, size_t alignment, size_t size) {
  if (next == NULL) next = (uint8_t *)&heap_start;
  next = (uint8_t *)(((uintptr_t)next + alignment - 1) & ~(uintptr_t)(alignment - 1));
  *place = next;
  next += size;
  return 0;
}

void free(void *place) { (void)place; }

static void fault(void) { leave(0x20024); }  // ADP_Stopped_InternalError

void start(void) {
  *(volatile uint32_t *)0xE000ED88 |= 0xFu << 20;  // The floating-point unit, before its first use.
  __asm__ volatile("dsb\nisb");
  for (uint32_t *from = &data_load, *to = &data_start; to < &data_end;) *to++ = *from++;
  for (uint32_t *to = &bss_start; to < &bss_end;) *to++ = 0;
  firmware_main();
  leave(0x20026);  // ADP_Stopped_ApplicationExit
}

__attribute__((section(".vectors"), used)) static const void *const vectors[] = {
  &stack_top, start, fault, fault, fault, fault, fault};
