#include "sps-timing.h"

#include "../../include/shim.h"
#include "h264-bits.h"
#include "h264-syntax.h"

/* A picture lasts two ticks (E.2.1: a tick is a field's). */
#define TICKS_PER_PICTURE 2u

/* Writes bits with emulation prevention (H.264 §7.3.1) behind a header byte. */
typedef struct {
    uint8_t *bytes;
    uint32_t capacity;
    uint32_t size;
    uint32_t zeros;    /* that end the bytes so far */
    uint32_t partial;  /* bits not written yet, in the low end */
    uint32_t partial_count;
    int is_over;
} writer;

static void put_byte(writer *to, uint8_t byte)
{
    if (to->zeros >= 2 && byte <= 3) {
        to->zeros = 0;
        put_byte(to, 3);
    }
    if (to->size == to->capacity) {
        to->is_over = 1;
        return;
    }
    to->bytes[to->size++] = byte;
    to->zeros = byte == 0 ? to->zeros + 1 : 0;
}

static void put(writer *to, uint32_t value, uint32_t count)
{
    while (count-- > 0) {
        to->partial = to->partial << 1 | (value >> count & 1u);
        if (++to->partial_count == 8) {
            put_byte(to, (uint8_t)to->partial);
            to->partial = to->partial_count = 0;
        }
    }
}

/* Bits of the RBSP up to and with its stop bit. */
static uint32_t content_bits(const bv_bits *rbsp)
{
    uint32_t count = rbsp->size * 8;

    while (count > 0 && (rbsp->bytes[(count - 1) / 8] >> (7 - (count - 1) % 8) & 1u) == 0)
        count--;
    return count;
}

int bv_sps_add_timing(const uint8_t *nal, uint32_t size, uint32_t fps, uint8_t *out, uint32_t capacity)
{
    writer to = {.bytes = out, .capacity = capacity};
    bv_bits rbsp;
    bv_sps sps;

    if (size < 2 || bv_sps_read(nal, size, &sps) < 0 || sps.timing_bit == 0 || sps.has_timing)
        return BV_ERR_CORRUPT;
    bv_bits_open(&rbsp, nal, size);
    const uint32_t end = content_bits(&rbsp);
    put_byte(&to, nal[0]);
    while (rbsp.bit < sps.timing_bit)
        put(&to, bv_bits_u(&rbsp, 1), 1);
    bv_bits_u(&rbsp, 1);
    put(&to, 1, 1);
    put(&to, 1, 32);
    put(&to, TICKS_PER_PICTURE * fps, 32);
    put(&to, 0, 1); /* fixed_frame_rate_flag: cameras are late sometimes */
    while (rbsp.bit < end)
        put(&to, bv_bits_u(&rbsp, 1), 1);
    while (to.partial_count != 0)
        put(&to, 0, 1);
    return to.is_over ? BV_ERR_CORRUPT : (int)to.size;
}
