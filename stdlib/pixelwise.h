/* What the voxel by voxel operators share: which operands go together, what type comes out, and whether that can
 * hold NaN. Knows types and instructions, no voxels. */
#ifndef QB_STDLIB_PIXELWISE_H
#define QB_STDLIB_PIXELWISE_H

#include "core/op.h"
#include "core/prog.h"

#define QB_ACCEPT_RASTER (QB_ACCEPT(QB_IMAGE) | QB_ACCEPT(QB_MASK) | QB_ACCEPT(QB_LABELS))

/* The parameter rows `a`, `b` of operators written as a sign between two operands, and `a` of a sign before one. */
extern const QbParam qb_pixelwise_operands[2];

/* All raster inputs have one rank, one shape and, where known, one voxel size; these go to the result, whose kind is
 * left to the caller. False: an error was added. */
bool qb_pixelwise_agree(QbCheck *c);
/* Input k is no mask and no labels; else an error that offers as(u8) or as(f32). `what` names the operator. */
bool qb_pixelwise_wants_image(QbCheck *c, int k, const char *what);
/* True: no input is a raster; the result is a number (or bool), measured if an input is. */
bool qb_pixelwise_is_scalar(QbCheck *c, QbKind kind);
bool qb_pixelwise_is_nan_free(const QbType *t);
/* f64 in place of f32: for u32, i32 and f64 in arithmetic; in roots and logs for f64 alone. */
bool qb_pixelwise_is_wide(const QbType *t);
QbPix qb_pixelwise_real(const QbType *t);
/* Whether a fixed number is a value of the pixel type (floats hold every number, rounded); else an error at row k. */
bool qb_pixelwise_fits(QbCheck *c, int k, QbPix pix);
/* The value of input k where it is a number that is known before the run. */
bool qb_pixelwise_fixed(const QbCheck *c, int k, double *v);

/* Type rules of + - / // % **, of *, of comparisons, and of `and or not`. */
bool qb_pixelwise_check_arithmetic(QbCheck *c, QbInsn op);
bool qb_pixelwise_check_compare(QbCheck *c, QbInsn op);
bool qb_pixelwise_check_logical(QbCheck *c, const char *sign);
/* sqrt, exp, log: f32, and f64 for f64. takes_negative: a negative voxel does not give NaN. */
bool qb_pixelwise_check_real(QbCheck *c, bool takes_negative);

int qb_pixelwise_emit_arithmetic(QbEmit *e, QbInsn op, const int *in);
int qb_pixelwise_emit_compare(QbEmit *e, QbInsn op, const int *in);
int qb_pixelwise_emit_real(QbEmit *e, QbInsn op, const int *in);
/* A fixed or measured number as a value of the pixel type, rounded and saturated. */
int qb_pixelwise_emit_number(QbEmit *e, int k, int reg, QbPix pix);
/* The same instruction on numbers. */
bool qb_pixelwise_eval(const QbFoldCtx *c, QbInsn op, QbValue *out);

#endif
