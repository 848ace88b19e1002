#include "mailbox.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define MAX_TICKET 0x7fffffffu

int bv_mailbox_open(bv_mailbox *mailbox)
{
    memset(mailbox, 0, sizeof *mailbox);
    mailbox->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (mailbox->wake_fd < 0)
        return -errno;
    pthread_mutex_init(&mailbox->lock, NULL);
    return 0;
}

void bv_mailbox_close(bv_mailbox *mailbox)
{
    bv_miniature_drop(mailbox->waiting.inset.miniature);
    pthread_mutex_destroy(&mailbox->lock);
    close(mailbox->wake_fd);
}

/* An eventfd takes any write that does not overflow its 64 bits. */
static void unlock_and_wake(bv_mailbox *mailbox)
{
    pthread_mutex_unlock(&mailbox->lock);
    (void)eventfd_write(mailbox->wake_fd, 1);
}

void bv_mailbox_stop(bv_mailbox *mailbox)
{
    pthread_mutex_lock(&mailbox->lock);
    mailbox->waiting.stop = 1;
    unlock_and_wake(mailbox);
}

int bv_mailbox_set_source(bv_mailbox *mailbox, const bv_source_config *source)
{
    int generation;

    pthread_mutex_lock(&mailbox->lock);
    mailbox->waiting.has_source = 1;
    mailbox->waiting.source = *source;
    mailbox->generation = (mailbox->generation + 1) & MAX_TICKET;
    mailbox->waiting.generation = mailbox->generation;
    generation = (int)mailbox->generation;
    unlock_and_wake(mailbox);
    return generation;
}

void bv_mailbox_configure(bv_mailbox *mailbox, uint32_t stream, const bv_stream_config *config)
{
    pthread_mutex_lock(&mailbox->lock);
    mailbox->waiting.stream_mask |= 1u << stream;
    mailbox->waiting.streams[stream] = *config;
    unlock_and_wake(mailbox);
}

void bv_mailbox_set_stage(bv_mailbox *mailbox, const bv_stage *stage)
{
    pthread_mutex_lock(&mailbox->lock);
    mailbox->waiting.has_stage = 1;
    mailbox->waiting.stage = *stage;
    unlock_and_wake(mailbox);
}

void bv_mailbox_set_scene(bv_mailbox *mailbox, const bv_scene *scene)
{
    pthread_mutex_lock(&mailbox->lock);
    mailbox->waiting.has_scene = 1;
    mailbox->waiting.scene = *scene;
    unlock_and_wake(mailbox);
}

void bv_mailbox_set_motion(bv_mailbox *mailbox, const bv_motion *motion)
{
    pthread_mutex_lock(&mailbox->lock);
    mailbox->waiting.has_motion = 1;
    mailbox->waiting.motion = *motion;
    unlock_and_wake(mailbox);
}

void bv_mailbox_set_inset(bv_mailbox *mailbox, const bv_inset *inset)
{
    bv_miniature *replaced;

    pthread_mutex_lock(&mailbox->lock);
    replaced = mailbox->waiting.inset.miniature;
    mailbox->waiting.has_inset = 1;
    mailbox->waiting.inset = *inset;
    unlock_and_wake(mailbox);
    bv_miniature_drop(replaced);
}

void bv_mailbox_request_keyframe(bv_mailbox *mailbox, uint32_t stream)
{
    pthread_mutex_lock(&mailbox->lock);
    mailbox->waiting.key_mask |= 1u << stream;
    unlock_and_wake(mailbox);
}

int bv_mailbox_request_still(bv_mailbox *mailbox, uint32_t stream, uint32_t quality)
{
    int result;

    pthread_mutex_lock(&mailbox->lock);
    if (!mailbox->has_picture) {
        result = -ENODEV;
    } else if (mailbox->stills_open == BV_MAX_STILLS) {
        result = -EBUSY;
    } else {
        mailbox->last_ticket = mailbox->last_ticket == MAX_TICKET ? 1 : mailbox->last_ticket + 1;
        mailbox->stills_open++;
        mailbox->waiting.stills[mailbox->waiting.still_count++] = (bv_still_order){mailbox->last_ticket, stream, quality};
        result = (int)mailbox->last_ticket;
    }
    unlock_and_wake(mailbox);
    return result;
}

void bv_mailbox_take(bv_mailbox *mailbox, bv_orders *out)
{
    eventfd_t ignored;

    (void)eventfd_read(mailbox->wake_fd, &ignored);
    pthread_mutex_lock(&mailbox->lock);
    *out = mailbox->waiting;
    mailbox->waiting = (bv_orders){0};
    pthread_mutex_unlock(&mailbox->lock);
}

void bv_mailbox_still_delivered(bv_mailbox *mailbox)
{
    pthread_mutex_lock(&mailbox->lock);
    mailbox->stills_open--;
    pthread_mutex_unlock(&mailbox->lock);
}

void bv_mailbox_set_has_picture(bv_mailbox *mailbox, int has_picture)
{
    pthread_mutex_lock(&mailbox->lock);
    mailbox->has_picture = has_picture;
    pthread_mutex_unlock(&mailbox->lock);
}
