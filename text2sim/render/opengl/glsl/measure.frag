layout(location = 0) out float out_depth;
layout(location = 1) out uint out_label;
layout(location = 2) out vec4 out_normal;
layout(location = 3) out vec4 out_albedo;

void main() {
    Surface it = surface(ray_of(gl_FragCoord.xy));
    out_depth = it.depth;
    out_label = uint(label + 0.5);
    out_normal = vec4(true_normal(), 0.0);
    out_albedo = vec4(it.colour, 0.0);
}
