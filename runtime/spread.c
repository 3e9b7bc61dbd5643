/* Which processor each worker of a pass is on. A kernel may start or wake a thread on the processor of the one that called it,
 * and leave it there for some ticks of its clock although another is idle: a run of some milliseconds would be over before it
 * is moved. A worker that finds itself beside another one therefore moves off, once; it is bound to nothing afterwards. */
#define _GNU_SOURCE
#include "runtime/parts.h"

#include <sched.h>
#include <stdlib.h>

/* A thread that has no work lets others run: in vain it would keep those from starting that share its processor. OpenMP looks
 * at this when it starts (GCC's only if it comes from its archive, else too early); whoever has set it is left alone. */
__attribute__((constructor(101))) static void let_idle_threads_sleep(void)
{
    setenv("OMP_WAIT_POLICY", "passive", 0);
}

void qb_spread_open(Spread *s, int workers)
{
    cpu_set_t allowed;
    s->workers = workers;
    s->cpu = qb_xcalloc((size_t)workers, sizeof(*s->cpu));
    for (int w = 0; w < workers; w++)
        s->cpu[w] = -1;
    s->on = workers > 1 && sched_getaffinity(0, sizeof(allowed), &allowed) == 0 &&
            CPU_COUNT(&allowed) >= workers;
    qb_spread_see(s, 0);
}

void qb_spread_close(Spread *s)
{
    free(s->cpu);
}

void qb_spread_see(Spread *s, int w)
{
    if (s->on)
        s->cpu[w] = sched_getcpu();
}

void qb_spread_rest(Spread *s, int w)
{
    s->cpu[w] = -1;
}

static bool is_taken(const Spread *s, int cpu)
{
    for (int w = 0; w < s->workers; w++)
        if (s->cpu[w] == cpu)
            return true;
    return false;
}

int qb_spread_claim(Spread *s, int w)
{
    cpu_set_t allowed;
    if (!s->on)
        return -1;
    qb_spread_rest(s, w);
    int at = sched_getcpu();
    if (at < 0 || !is_taken(s, at)) {
        s->cpu[w] = at;
        return -1;
    }
    if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0)
        return -1;
    for (int k = 1; k < CPU_SETSIZE; k++) {
        int cpu = (at + k) % CPU_SETSIZE;
        if (CPU_ISSET(cpu, &allowed) && !is_taken(s, cpu)) {
            s->cpu[w] = cpu;
            return cpu;
        }
    }
    return -1;
}

void qb_spread_move(int cpu)
{
    cpu_set_t allowed, one;
    if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0)
        return;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    if (sched_setaffinity(0, sizeof(one), &one) == 0)
        sched_setaffinity(0, sizeof(allowed), &allowed);
}
