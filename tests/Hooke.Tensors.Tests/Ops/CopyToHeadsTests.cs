using Hooke.Testing;

namespace Hooke.Tensors.Tests;

public class CopyToHeadsTests
{
    [Theory]
    [InlineData(1, 1), InlineData(3, 5), InlineData(8, 40)]
    public void Every_head_gets_the_whole_stream_and_hands_its_gradient_back(int heads, int width) =>
        OpCheck.Run(x => Ops.CopyToHeads(x[0], heads),
            x => [.. x[0].Chunk(width).SelectMany(row => Enumerable.Repeat(row, heads).SelectMany(r => r))], 1,
            Tolerance.Exact, Tolerance.OfTerms(heads, "one sum per head"), OpInput.Of(2, 3, width));
}
