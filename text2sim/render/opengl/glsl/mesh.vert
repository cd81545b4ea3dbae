in vec3 in_world;
in vec3 in_normal;
in vec3 in_local;
in vec3 in_colour;
in float in_rough;
centroid out vec3 world;
centroid out vec3 normal;
centroid out vec3 local;
centroid out vec3 colour;
centroid out float rough;
centroid out float depth;

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
