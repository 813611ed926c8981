namespace Hooke.Dictionaries.Tests;

/// <summary>Coders made by hand, so that what their scores have to be is known.</summary>
static class Directions
{
    public static readonly CoderSite Site = new("blocks.1.hook_resid_pre", 8);

    /// <summary>ReLU latents that read one row each and write another; 8 wide.</summary>
    public static SparseCoder Coder(float[][] reads, float[][] writes, float[]? biases = null)
    {
        int n = reads.Length, width = Site.Width;
        Tensor encoder = Tensor.Zeros(width, n), decoder = Tensor.Zeros(n, width);
        for (int i = 0; i < n; i++)
            for (int j = 0; j < width; j++)
                (encoder.Data[(j * n) + i], decoder.Data[(i * width) + j]) = (reads[i][j], writes[i][j]);
        return new SparseCoder(
            new CoderConfig { Kind = CoderKind.Relu, Inputs = [Site], Outputs = [Site], NLatents = n },
            new CoderWeights
            {
                Encoder = encoder.AsConstant(),
                EncoderBias = biases is null ? Tensor.Zeros(n) : Tensor.From(biases, n),
                Decoders = [new CoderDecoder { Weight = decoder, Bias = Tensor.Zeros(width) }],
            });
    }

    /// <summary>A row of 8 numbers, 0 but at some places.</summary>
    public static float[] Axis(params (int Place, float Value)[] places)
    {
        float[] row = new float[Site.Width];
        foreach ((int place, float value) in places)
            row[place] += value;
        return row;
    }

    public static LatentRows Rows(SparseCoder coder, IReadOnlyList<float[]> x)
    {
        Tensor read = Tensor.From([.. x.SelectMany(row => row)], x.Count, Site.Width);
        return new LatentRows(coder, read, read.Clone());
    }
}
