/* Startup, clock and output of an MPS2 board with a Cortex-M4, as QEMU emulates it: just enough to
 * run the interlock's steps and to say through semihosting what they took. */
#include <stdint.h>

extern void measure_all(void);
extern uint32_t _stack_top, _data_load, _data_start, _data_end, _bss_start, _bss_end;

#define SYST_CSR (*(volatile uint32_t *)0xE000E010)
#define SYST_RVR (*(volatile uint32_t *)0xE000E014)
#define SYST_CVR (*(volatile uint32_t *)0xE000E018)
#define CPACR (*(volatile uint32_t *)0xE000ED88)

static int semihosting(int operation, const void *argument) {
  register int r0 __asm__("r0") = operation;
  register const void *r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

static void say(const char *text) { semihosting(0x04, text); }

static void say_number(uint64_t number) {
  char text[24];
  int at = 23;
  text[at] = 0;
  do {
    text[--at] = (char)('0' + number % 10);
    number /= 10;
  } while (number > 0);
  say(text + at);
}

/* SysTick counts down from 2^24 - 1, at the core's clock. */
uint32_t board_ticks(void) { return 0x00FFFFFF - SYST_CVR; }

/* One line a kind: kind, steps, ticks. Ticks that wrapped within a step are masked by 24 bits. */
void board_report(int32_t kind, uint32_t steps, uint32_t ticks) {
  say(kind < 0 ? "enabled " : "kind ");
  if (kind >= 0) {
    say_number((uint64_t)kind);
    say(" ");
  }
  say_number(steps);
  say(" ");
  say_number(ticks & 0x00FFFFFF);
  say("\n");
}

static void leave(uint32_t reason) {
  uint32_t block[2] = {reason, 0};
  semihosting(0x20, block);
  for (;;) {
  }
}

/* Two instructions a turn: what a tick is worth in instructions. */
static void calibrate(void) {
  uint32_t turns = 1000000;
  uint32_t before = board_ticks();
  __asm__ volatile("1: subs %0, #1\n bne 1b" : "+r"(turns) : : "cc");
  uint32_t ticks = board_ticks() - before;
  say("calibrate 2000000 ");
  say_number(ticks & 0x00FFFFFF);
  say("\n");
}

void trapped(void) {
  say("trap\n");
  leave(0x20024);
}

void reset(void) {
  for (uint32_t *from = &_data_load, *to = &_data_start; to < &_data_end;) *to++ = *from++;
  for (uint32_t *to = &_bss_start; to < &_bss_end;) *to++ = 0;
  CPACR |= 0xFu << 20;
  SYST_RVR = 0x00FFFFFF;
  SYST_CVR = 0;
  SYST_CSR = 5;
  calibrate();
  measure_all();
  leave(0x20026);
}

/* What Embedded Swift asks of its surroundings. The core allocates nothing; a call would be a fault. */
int posix_memalign(void **place, unsigned alignment, unsigned size) {
  (void)place, (void)alignment, (void)size;
  trapped();
  return 12;
}
void free(void *place) { (void)place; }
uint32_t arc4random(void) { return 4; }
void arc4random_buf(void *place, unsigned size) {
  for (unsigned at = 0; at < size; at++) ((uint8_t *)place)[at] = 4;
}

__attribute__((section(".vectors"), used)) static const void *const vectors[16] = {
    &_stack_top, reset, trapped, trapped, trapped, trapped, trapped};
