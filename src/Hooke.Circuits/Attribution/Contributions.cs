using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>What each place of an activation contributes on each prompt: [prompt][place].</summary>
sealed class Contributions
{
    readonly double[][] _values;
    readonly int _units;
    readonly Grain _grain;

    /// <summary>Nothing yet.</summary>
    /// <param name="prompts">Number of prompts.</param>
    /// <param name="positions">Number of positions.</param>
    /// <param name="units">Number of heads or neurons, 1 for what has neither.</param>
    /// <param name="grain">What is one place.</param>
    public Contributions(int prompts, int positions, int units, Grain grain)
    {
        (_units, _grain) = (units, grain);
        int places = grain switch { Grain.Position => positions, Grain.Unit => units, _ => positions * units };
        _values = [.. Enumerable.Range(0, prompts).Select(_ => new double[places])];
    }

    /// <summary>⟨to − from, gradient⟩ by place, summed over what is within one.</summary>
    public static Contributions Of(Tensor to, Tensor from, Tensor gradient, Site site, Grain grain)
    {
        Layout layout = Layout.Of(gradient.Shape, site);
        Contributions found = new(gradient.Shape[0], layout.Positions, layout.Units, grain);
        ReadOnlySpan<float> a = to.Data, b = from.Data, g = gradient.Data;
        for (int prompt = 0; prompt < gradient.Shape[0]; prompt++)
            for (int p = 0; p < layout.Positions; p++)
                for (int u = 0; u < layout.Units; u++)
                {
                    int start = layout.Start(prompt, p, u);
                    double sum = 0;
                    for (int i = start; i < start + layout.Width; i++)
                        sum += g[i] == 0 ? 0 : ((double)a[i] - b[i]) * g[i]; // masked scores are −∞ on both runs
                    found.Add(prompt, p, u, sum);
                }
        return found;
    }

    /// <summary>Adds to a place.</summary>
    public void Add(int prompt, int position, int unit, double value) => _values[prompt][_grain switch
    {
        Grain.Position => position,
        Grain.Unit => unit,
        _ => (position * _units) + unit,
    }] += value;

    /// <summary>The sum over prompts of a function of each value, by place.</summary>
    public double[] Total(Func<double, double> of) =>
        [.. Enumerable.Range(0, _values[0].Length).Select(place => _values.Sum(prompt => of(prompt[place])))];

    /// <summary>Where the elements of one place stand in an activation.</summary>
    readonly record struct Layout(int Positions, int Units, int Width, bool UnitsFirst)
    {
        public static Layout Of(Shape shape, Site site) => site.Shape switch
        {
            SiteShape.Pattern => new(shape[2], shape[1], shape[3], UnitsFirst: true),
            SiteShape.Mlp => new(shape[1], shape[2], 1, UnitsFirst: false),
            _ when shape.Rank == 4 => new(shape[1], shape[2], shape[3], UnitsFirst: false),
            _ => new(shape[1], 1, shape[2], UnitsFirst: false),
        };

        public int Start(int prompt, int position, int unit) => ((prompt * Positions * Units) + (UnitsFirst
            ? (unit * Positions) + position
            : (position * Units) + unit)) * Width;
    }
}
