/* What MATLAB, ImageJ, scikit-image, SciPy, OpenCV and R call things, so that an unknown name can be told what it is
 * here. Knows names alone; whether this qbic has an operator is the caller's question. */
#include "compiler/elsewhere.h"

#include "core/base.h"

#include <string.h>

typedef struct Operator {
    const char *here, *elsewhere; /* names between blanks */
} Operator;

static const Operator operators[] = {
    {"read", " imread tiffread load_image open_image read_image imfinfo open_tiff load "},
    {"median", " medfilt2 medfilt3 medfilt median_filter medianBlur median_blur "},
    {"rank", " ordfilt2 rank_filter percentile_filter "},
    {"gaussian", " gaussian_filter imgaussfilt imgaussfilt3 GaussianBlur gaussian_blur gauss blur "
                 "gblur smooth imsmooth "},
    {"uniform", " uniform_filter imboxfilt imboxfilt3 boxFilter box_filter mean_filter "},
    {"maximum", " maximum_filter max_filter "},
    {"minimum", " minimum_filter min_filter "},
    {"laplace", " laplacian gaussian_laplace del2 "},
    {"gradient", " sobel prewitt imgradient imgradient3 gaussian_gradient_magnitude scharr "},
    {"dog", " difference_of_gaussians "},
    {"unsharp", " unsharp_mask imsharpen sharpen "},
    {"bilateral", " imbilatfilt denoise_bilateral bilateralFilter bilateral_filter "},
    {"tophat", " imtophat white_tophat black_tophat imbothat blackhat bottomhat "},
    {"background", " rolling_ball rollingball subtract_background "},
    {"otsu", " graythresh otsuthresh threshold_otsu auto_threshold "},
    {"li", " threshold_li "},
    {"triangle", " threshold_triangle "},
    {"isodata", " threshold_isodata "},
    {"threshold", " im2bw imbinarize binarize thresh binary_threshold setThreshold "},
    {"local_threshold", " threshold_local adaptthresh adaptiveThreshold adaptive_threshold "},
    {"hysteresis", " apply_hysteresis_threshold hysteresis_threshold "},
    {"erode", " imerode binary_erosion erosion grey_erosion binary_erode "},
    {"dilate", " imdilate binary_dilation dilation grey_dilation binary_dilate "},
    {"open", " imopen binary_opening opening grey_opening morph_open "},
    {"close", " imclose binary_closing closing grey_closing morph_close "},
    {"ball", " sphere "},
    {"disk", " disc circle "},
    {"box", " square cube rectangle footprint_rectangle "},
    {"fill_holes", " imfill binary_fill_holes fillholes fillHoles "},
    {"clear_border", " imclearborder "},
    {"remove_small", " bwareaopen remove_small_objects areaopen area_opening "},
    {"distance", " bwdist distance_transform_edt distanceTransform distance_transform edt "},
    {"local_maxima", " imregionalmax peak_local_max find_maxima imextendedmax "},
    {"watershed", ""},
    {"skeleton", " bwskel skeletonize skeletonize_3d bwmorph "},
    {"label", " bwlabel bwlabeln bwconncomp connected_components components connectedComponents "
              "label_components "},
    {"relabel", " relabel_sequential "},
    {"boundaries", " find_boundaries bwperim bwboundaries mark_boundaries "},
    {"neighbors", ""},
    {"overlay", " label2rgb imoverlay labeloverlay "},
    {"measure", " regionprops regionprops3 regionprops_table analyze_particles computeFeatures "},
    {"count", " count_objects "},
    {"histogram", " imhist hist histcounts histc bincount "},
    {"mean", " average avg mean2 nanmean "},
    {"sum", " nnz count_nonzero countNonZero sum2 nansum "},
    {"std", " stdev stddev std2 sd nanstd "},
    {"percentile", " quantile prctile nanpercentile "},
    {"crop", " imcrop imcrop3 subset "},
    {"pad", " padarray np_pad "},
    {"bin", " downsample downscale_local_mean binning "},
    {"resize", " imresize imresize3 zoom rescale_image upsample "},
    {"project", " max_projection mip zproject z_project zProject maxproj "},
    {"montage", " make_montage "},
    {"concat", " concatenate stack vstack hstack horzcat vertcat "},
    {"matmul", " dot mtimes "},
    {"where", " ifelse merge choose "},
    {"as", " astype im2uint8 im2uint16 im2double im2single uint8 uint16 uint32 int16 int32 float32 "
           "float64 double single img_as_float img_as_ubyte convert "},
    {"rescale", " imadjust rescale_intensity mat2gray normalize stretch contrast "},
    {"clip", " clamp "},
    {"invert", " imcomplement complement "},
    {"zeros", " zeros_like "},
    {"ones", " ones_like "},
    {"full", " full_like "},
    {"noise", " rand randn random rnorm runif "},
    {"csv", " read_csv readtable readcsv "},
    {"lines", " readlines "},
    {"words", ""},
    {"filter", ""},
    {"select", ""},
    {"group", " groupby group_by summarise "},
    {"sort", " sortrows sort_values arrange order_by "},
    {"head", ""},
    {"join", " left_join inner_join "},
    {"sql", " query "},
    {"within_time", ""},
    {"within_ci", ""},
};

typedef struct Word {
    const char *names; /* between blanks */
    const char *hint;
    const char *fix; /* what to write in its place; or NULL */
} Word;

static const Word hints[] = {
    {" imwrite imsave saveTiff write_tiff writeImage savefig tiffwrite saveAs to_csv writetable ",
     "outputs are written by save ... to \"FILE\"", NULL},
    {" imshow disp display show println printf fprintf cat puts echo figure plot ",
     "write print ..., or save ... to \"FILE.png\" for a picture", NULL},
    {" strel structuring_element getStructuringElement generate_binary_structure ",
     "the elements are ball(r), disk(r), box(n) and cross(r)", NULL},
    {" imfilter conv2 convn convolve filter2D correlate filter2 fspecial ",
     "no kernel of your own: the filters are gaussian, uniform, median and others ('qbic ops')",
     NULL},
    {" fliplr flipud flip ", "an axis is turned round by a slice: v[::-1]", NULL},
    {" pow power mpower ", "a power is written x ** 2", NULL},
    {" round floor ceil fix ", "as(i32) rounds an image, // divides and rounds down", NULL},
    {" log10 log2 log1p ", "log is the natural logarithm: log(x) / log(10)", NULL},
    {" var variance ", "std(x) ** 2 is the variance", NULL},
    {" mod rem fmod ", "the remainder is written a % b", NULL},
    {" len shape size numel ndim ndims height width depth length dim nrow ncol getWidth ",
     "an image's shape is no value: 'print image' shows it, and a slice may be open, v[1:]", NULL},
    {" range arange linspace seq colon ",
     "there are no loops and no lists of numbers to count over", NULL},
    {" map apply lapply sapply arrayfun map_blocks map_overlap ",
     "operators take whole images: the chunks and threads are qbic's to choose", NULL},
    {" compute persist delayed ", "nothing has to be asked for: 'save' and 'print' compute it",
     NULL},
    {" format sprintf str string num2str paste ", "a string takes a parameter as \"{NAME}\"", NULL},
    {" run open_window selectWindow setBatchMode makeRectangle ",
     "an operator is called by its own name: 'qbic ops' lists them", NULL},
    {" end ", "the last index is -1, and an open slice reaches the end: v[1:]", NULL},
};

static const Word values[] = {
    {" True TRUE T yes Yes on ", "write 'true'", "true"},
    {" False FALSE F no No off ", "write 'false'", "false"},
    {" None none null NULL nil NA missing nothing undefined ",
     "there is no empty value: an argument that is not wanted is left out", NULL},
    {" nan NaN NAN ", "NaN is written (0 / 0)", "(0 / 0)"},
    {" inf Inf INF Infinity ", "infinity is written (1 / 0)", "(1 / 0)"},
    {" pi PI M_PI ", "write 3.141592653589793", "3.141592653589793"},
};

static const Word types[] = {
    {" int integer float double real num numeric scalar int32 int64 float32 float64 Int Float64 ",
     "write 'number'", "number"},
    {" str char text String character ", "write 'string'", "string"},
    {" boolean logical Boolean Bool ", "write 'bool'", "bool"},
    {" file filename dir folder Path ", "write 'path'", "path"},
    {" array ndarray matrix volume stack tensor Image img picture ", "write 'image'", "image"},
    {" binary ", "write 'mask'", "mask"},
    {" label ", "write 'labels'", "labels"},
    {" dataframe DataFrame data ", "write 'table'", "table"},
    {" function func operator callable filter ", "write 'stage'", "stage"},
    {" u8 u16 u32 i8 i16 i32 f32 f64 uint8 uint16 ",
     "write 'image': pixel types are not written, as(u8) makes one", "image"},
};

static const Operator pixels[] = {
    {"u8", " uint8 byte ubyte uchar UInt8 CV_8U 8bit "},
    {"u16", " uint16 ushort UInt16 CV_16U 16bit "},
    {"u32", " uint32 uint u64 uint64 UInt32 "},
    {"i8", " int8 char Int8 "},
    {"i16", " int16 short Int16 "},
    {"i32", " int32 int i64 int64 long Int32 integer "},
    {"f32", " float32 float single Float32 f16 32bit "},
    {"f64", " float64 double Float64 f128 "},
    {"mask", " bool logical boolean binary "},
    {"labels", " label "},
};

static bool holds(const char *names, const char *name)
{
    size_t n = strlen(name);
    for (const char *at = names; n && (at = strstr(at, name)); at += n) {
        if (at > names && at[-1] == ' ' && at[n] == ' ')
            return true;
    }
    return false;
}

static const Word *find(const Word *words, int n, const char *name)
{
    for (int i = 0; i < n; i++) {
        if (holds(words[i].names, name))
            return &words[i];
    }
    return NULL;
}

const char *qb_elsewhere_operator(const char *name)
{
    for (int i = 0; i < QB_COUNT(operators); i++) {
        if (!strcmp(operators[i].here, name) || holds(operators[i].elsewhere, name))
            return operators[i].here;
    }
    return NULL;
}

const char *qb_elsewhere_hint(const char *name)
{
    const Word *w = find(hints, QB_COUNT(hints), name);
    return w ? w->hint : NULL;
}

const char *qb_elsewhere_value(const char *name, const char **fix)
{
    const Word *w = find(values, QB_COUNT(values), name);
    *fix = w ? w->fix : NULL;
    return w ? w->hint : NULL;
}

const char *qb_elsewhere_pixels(const char *name)
{
    for (int i = 0; i < QB_COUNT(pixels); i++) {
        if (holds(pixels[i].elsewhere, name))
            return pixels[i].here;
    }
    return NULL;
}

const char *qb_elsewhere_type(const char *name, const char **fix)
{
    const Word *w = find(types, QB_COUNT(types), name);
    *fix = w ? w->fix : NULL;
    return w ? w->hint : NULL;
}
