/* A program over registers: what a chain of map operators becomes. Each register holds a block of voxels of a row in
 * f32, f64 or as mask bytes. Programs are plain data; stdlib/kernels/cpu_map.c runs them, and recognises short ones. */
#ifndef QB_CORE_PROG_H
#define QB_CORE_PROG_H

#include "core/op.h"

typedef enum QbRegType { QB_REG_F32, QB_REG_F64, QB_REG_MASK } QbRegType;

typedef enum QbInsn {
    QB_I_LOAD, /* dst = raster input `index`, of pixel type `pix` (a mask when reg is MASK), converted exactly to the register's type */
    QB_I_VALUE, /* dst = measured number of input `index`, rounded to the register's type, spread over the block */
    QB_I_CONST, /* dst = imm, rounded to the register's type */
    QB_I_CVT,   /* dst = a, converted (f32 ↔ f64, mask → 0/1) */
    QB_I_ADD,
    QB_I_SUB,
    QB_I_MUL,
    QB_I_DIV,
    QB_I_FLOORDIV,
    QB_I_MOD,
    QB_I_POW,
    QB_I_NEG,
    QB_I_ABS,
    QB_I_SQRT,
    QB_I_EXP,
    QB_I_LOG,
    QB_I_ROUND /* half to even */,
    QB_I_MIN,
    QB_I_MAX, /* NaN if either is */
    QB_I_LT,
    QB_I_LE,
    QB_I_GT,
    QB_I_GE,
    QB_I_EQ,
    QB_I_NE, /* mask = a ? b, both of type `from` */
    QB_I_AND,
    QB_I_OR,
    QB_I_NOT,
    QB_I_SELECT, /* dst = mask a ? b : c */
    QB_I_SATURATE, /* dst = a rounded half to even and saturated to `pix`, NaN to 0 (kept in dst's float type) */
    QB_I_STORE, /* out = a, of type `from`, stored as pixel type `pix` (round half to even, saturate; float: as it is) */
    QB_I_COUNT
} QbInsn;

typedef struct QbInstr {
    uint8_t op;   /* QbInsn */
    uint8_t reg;  /* QbRegType of dst */
    uint8_t from; /* QbRegType of the operands of comparisons and CVT */
    uint8_t pix;
    int16_t dst, a, b, c;
    int16_t index;
    double imm;
} QbInstr;

typedef struct QbProg {
    int n, n_regs;
    QbInstr *code;
    QbRegType *reg_type; /* per register */
} QbProg;

/* Handed to QbOp.emit. A value is a register plus the type that the checker gave it. */
struct QbEmit {
    QbArena *arena;
    QbProg *prog;
    int cap, reg_cap;
    const QbType *const *in_type; /* types of the operator's inputs (numbers included) */
    const QbType *out_type;
    /* Registers of inputs that are fixed numbers are CONST registers of type f64: `fixed[k]` is true and `number[k]` holds the
     * value; measured numbers are VALUE registers of type f64. */
    const bool *fixed;
    const double *number;
};

/* All return the register of the result. Operands are converted to `t` first where they are not (CVT; consts re-made). */
int qb_emit_cvt(QbEmit *e, int a, QbRegType t);
int qb_emit_const(QbEmit *e, double v, QbRegType t);
int qb_emit1(QbEmit *e, QbInsn op, QbRegType t, int a);
int qb_emit2(QbEmit *e, QbInsn op, QbRegType t, int a, int b);
/* Comparison: both operands in `t`; an exact comparison of an f32 and a number needs t = F64. Result: mask. */
int qb_emit_cmp(QbEmit *e, QbInsn op, QbRegType t, int a, int b);
int qb_emit_select(QbEmit *e, QbRegType t, int mask, int a, int b);
int qb_emit_saturate(QbEmit *e, int a, QbPix pix);
int qb_emit_load(QbEmit *e, int index, const QbType *type); /* used by the fusion pass */
int qb_emit_value(QbEmit *e, int index);                    /* used by the fusion pass */
void qb_emit_store(QbEmit *e, int a, const QbType *type);   /* used by the fusion pass */
/* What qb_emit_store ends with: drops unused instructions, moves CONST and VALUE to the front, shares registers. */
void qb_prog_pack(QbArena *arena, QbProg *prog);
/* The register type that holds every value of a raster type exactly: F32 for u8 u16 i8 i16 f32, F64 for u32 i32 f64 and
 * labels, MASK for masks. */
QbRegType qb_reg_of(const QbType *type);

/* An instruction on numbers, in double precision (comparisons and `and or not` give 0 or 1; b is unused by unary ones): what
 * scalar operators and constant folding compute. */
double qb_scalar_apply(QbInsn op, double a, double b);
/* One voxel of a program: raster[k] is input k's voxel, number[k] its measured number. Gives the value that STORE writes, bit for
 * bit what the kernels give; n_regs is at most 256. */
double qb_prog_apply(const QbProg *prog, const double *raster, const double *number);

/* The hidden operator that runs a program; its parameter struct. Inputs: the rasters and measured numbers that LOAD
 * and VALUE name by index. */
typedef struct QbMapParams {
    const QbProg *prog;
} QbMapParams;

#endif
