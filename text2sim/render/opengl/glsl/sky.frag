out vec4 out_colour;

void main() {
    out_colour = display(sky_colour(normalize(ray_of(gl_FragCoord.xy))));
}
