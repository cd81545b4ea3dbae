// Values are those at the pixel's middle: centroid interpolation is wrong in Mesa 22.3's llvmpipe.
in vec3 in_world;
in vec3 in_normal;
in vec3 in_local;
in vec3 in_colour;
in float in_rough;
out vec3 world;
out vec3 normal;
out vec3 local;
out vec3 colour;
out float rough;
out float depth;

void main() {
    vec3 view = (in_world - eye) * axes;
    world = in_world;
    normal = in_normal;
    local = in_local;
    colour = in_colour;
    rough = in_rough;
    depth = view.z;
    gl_Position = clip_place(view, 1.0);
}
